/** A line of JSON, as engines stream them; nothing for what is none. */
export function readLine<T extends object>(line: string): Partial<T> {
  try {
    return JSON.parse(line);
  } catch {
    return {};
  }
}
