const TRUTHS: ReadonlyMap<string, boolean> = new Map([
  ...['1', 't', 'T', 'true', 'TRUE', 'True'].map((text) => [text, true] as const),
  ...['0', 'f', 'F', 'false', 'FALSE', 'False'].map((text) => [text, false] as const),
]);

/** As Go's `strconv.ParseBool`; undefined where that is an error. */
export const parseBool = (text: string): boolean | undefined => TRUTHS.get(text);
