/** Quoting as strconv does: Quote, QuoteRune, Unquote, UnquoteChar. */
import { bytesOf, textOf } from '../values.ts';

const PRINTABLE = /^[\p{L}\p{M}\p{N}\p{P}\p{S}]$/u;
const SHORT: Readonly<Record<number, string>> = {
  7: '\\a',
  8: '\\b',
  9: '\\t',
  10: '\\n',
  11: '\\v',
  12: '\\f',
  13: '\\r',
};
const MAX_RUNE = 0x10ffff;
const REPLACEMENT = 0xfffd;

/** A lone surrogate that stands for a byte (see values.ts). */
export const isEscapedByte = (code: number): boolean => code >= 0xdc80 && code <= 0xdcff;

/** strconv.IsPrint */
export function isPrint(code: number): boolean {
  if (code < 0x7f) return code >= 0x20;
  if (code < 0xa1) return false;
  return code !== 0xad && PRINTABLE.test(String.fromCodePoint(code));
}

export const isSurrogate = (code: number): boolean => code >= 0xd800 && code <= 0xdfff;

/** The text of a rune; U+FFFD for what is no character. */
export const runeText = (code: number): string =>
  code < 0 || code > MAX_RUNE || isSurrogate(code) ? '\ufffd' : String.fromCodePoint(code);

function escapedRune(code: number, quote: number, ascii: boolean): string {
  if (code === quote || code === 0x5c) return `\\${String.fromCharCode(code)}`;
  if ((!ascii || code < 0x80) && isPrint(code)) return String.fromCodePoint(code);
  const short = SHORT[code];
  if (short !== undefined) return short;
  if (code < 0x20 || code === 0x7f) return `\\x${code.toString(16).padStart(2, '0')}`;
  if (code < 0x10000) return `\\u${code.toString(16).padStart(4, '0')}`;
  return `\\U${code.toString(16).padStart(8, '0')}`;
}

/** `"…"` as Go source would have it; with `ascii`, characters beyond ASCII are escaped. */
export function quote(text: string, ascii = false): string {
  let out = '"';
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    out += isEscapedByte(code) ? `\\x${(code - 0xdc00).toString(16)}` : escapedRune(code, 0x22, ascii);
  }
  return `${out}"`;
}

/** `'…'`; `code` may be any number: what is no character is U+FFFD. */
export function quoteRune(code: number, ascii = false): string {
  const valid = code < 0 || code > MAX_RUNE || isSurrogate(code) ? REPLACEMENT : code;
  return `'${escapedRune(valid, 0x27, ascii)}'`;
}

/** Whether a text can stand between backquotes on one line. */
export function canBackquote(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x20 ? code !== 9 : code === 0x60 || code === 0x7f || code === 0xfeff) return false;
    if (isEscapedByte(code) && !isHighSurrogate(text.charCodeAt(i - 1))) return false;
  }
  return true;
}

const isHighSurrogate = (code: number): boolean => code >= 0xd800 && code <= 0xdbff;

/** `U+0041 'A'`, as `%#U` has it. */
export function describeRune(code: number): string {
  const hex = code.toString(16).toUpperCase().padStart(4, '0');
  return isPrint(code) ? `U+${hex} '${String.fromCodePoint(code)}'` : `U+${hex}`;
}

/** One character of a quoted literal: its code, whether `\x` or octal gave a byte, and where the next one begins. */
interface Character {
  readonly code: number;
  readonly byte: boolean;
  readonly next: number;
}

const ESCAPES: Readonly<Record<string, number>> = {
  a: 7,
  b: 8,
  f: 12,
  n: 10,
  r: 13,
  t: 9,
  v: 11,
  '\\': 0x5c,
};
const HEX_LENGTH: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };
const HEX = /^[0-9a-fA-F]+$/;
const OCTAL = /^[0-7]{3}$/;

/** strconv.UnquoteChar; undefined for invalid syntax. */
export function unquoteCharacter(text: string, at: number, quoteMark: string): Character | undefined {
  const first = text[at];
  if (first === undefined || first === quoteMark) return undefined;
  if (first !== '\\') {
    const code = text.codePointAt(at) ?? 0;
    return { code: isSurrogate(code) ? REPLACEMENT : code, byte: false, next: at + (code > 0xffff ? 2 : 1) };
  }
  const letter = text[at + 1] ?? '';
  const length = HEX_LENGTH[letter];
  if (length !== undefined) return hexCharacter(text, at + 2, length);
  if (letter >= '0' && letter <= '7') return octalCharacter(text, at + 1);
  if (letter === '"' || letter === "'")
    return letter === quoteMark ? { code: letter.charCodeAt(0), byte: false, next: at + 2 } : undefined;
  const code = ESCAPES[letter];
  return code === undefined ? undefined : { code, byte: false, next: at + 2 };
}

function hexCharacter(text: string, at: number, length: number): Character | undefined {
  const digits = text.slice(at, at + length);
  if (digits.length < length || !HEX.test(digits)) return undefined;
  const code = Number.parseInt(digits, 16);
  if (length > 2 && (code > MAX_RUNE || isSurrogate(code))) return undefined;
  return { code, byte: length === 2, next: at + length };
}

function octalCharacter(text: string, at: number): Character | undefined {
  const digits = text.slice(at, at + 3);
  const code = Number.parseInt(digits, 8);
  return OCTAL.test(digits) && code <= 255 ? { code, byte: true, next: at + 3 } : undefined;
}

/** strconv.Unquote of a `"…"` or a raw literal; undefined for invalid syntax. */
export function unquote(literal: string): string | undefined {
  const mark = literal[0] ?? '';
  const inner = literal.slice(1, -1);
  if (literal.length < 2 || literal.at(-1) !== mark) return undefined;
  if (mark === '`') return inner.includes('\r') ? inner.replaceAll('\r', '') : inner;
  if (!inner.includes('\\')) return inner.includes('\n') || inner.includes(mark) ? undefined : inner;
  return unescaped(literal, mark);
}

function unescaped(literal: string, mark: string): string | undefined {
  const end = literal.length - 1;
  let out = '';
  let bytes = false;
  for (let at = 1; at < end; ) {
    const character = unquoteCharacter(literal, at, mark);
    if (!character || character.next > end || literal[at] === '\n') return undefined;
    const high = character.byte && character.code >= 0x80;
    bytes ||= high;
    out += high ? String.fromCharCode(0xdc00 + character.code) : String.fromCodePoint(character.code);
    at = character.next;
  }
  return bytes ? textOf(bytesOf(out)) : out;
}
