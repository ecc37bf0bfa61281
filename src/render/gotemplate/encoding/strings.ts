import { bytesOf } from '../values.ts';

const SURROGATE = /[\uD800-\uDFFF]/;

/** Go's order of strings: by bytes, which is by code points. JavaScript's differs above U+FFFF alone. */
export function compareStrings(a: string, b: string): number {
  if (SURROGATE.test(a) || SURROGATE.test(b)) return Buffer.compare(bytesOf(a), bytesOf(b));
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Each byte of a Go string that belongs to no character. */
export const LONE_SURROGATE = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g;

/** Every byte that belongs to no character as U+FFFD. */
export const wellFormed = (text: string): string =>
  SURROGATE.test(text) ? text.replace(LONE_SURROGATE, '\uFFFD') : text;

export const isWellFormed = (text: string): boolean => !SURROGATE.test(text) || wellFormed(text) === text;
