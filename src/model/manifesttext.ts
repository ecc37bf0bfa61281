/**
 * Whether a text names a value under this key, as a manifest does: at the beginning of a line, or in a mapping in flow style (JSON, `{kind: Pod}`).
 * The text need not be valid: what means to be a manifest and cannot be parsed is a manifest with an error.
 */
export const hasKey = (text: string, key: keyof typeof KEYS): boolean => KEYS[key].test(text);

const keyed = (key: string): RegExp =>
  new RegExp(`(?:^[\\uFEFF \\t-]*|[{,]\\s*)"?${key}"?[ \\t]*:[ \\t]*\\S`, 'm');
const KEYS = { apiVersion: keyed('apiVersion'), kind: keyed('kind') };
