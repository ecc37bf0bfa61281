import { describeRune, isSurrogate } from './format/quote.ts';

/** The code of the end of a text. */
export const EOF = -1;

export const isSpace = (code: number): boolean =>
  code === 0x20 || code === 0x09 || code === 0x0d || code === 0x0a;
export const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39;
const LETTER = /^[\p{L}\p{Nd}]$/u;

export function isAlphaNumeric(code: number): boolean {
  if (code < 0x80)
    return isDigit(code) || (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a) || code === 0x5f;
  return !isSurrogate(code) && LETTER.test(String.fromCodePoint(code));
}

/** What decodes to no character is U+FFFD to Go. */
export const describeCode = (code: number): string =>
  code === EOF ? 'U+FFFFFFFFFFFFFFFF' : describeRune(isSurrogate(code) ? 0xfffd : code);
