/** Go's functions of strings work on bytes or on runes, JavaScript's on UTF-16: what is between them. */
import { byteLength } from './kinds.ts';
import { bytesOf, GoError, textOf } from './values.ts';

const BEYOND_ASCII = /[^\0-\x7f]/;
/** A byte that belongs to no character (see values.ts). */
const BROKEN = /[\udc80-\udcff]/u;
/** Bytes of two origins that may make a character together. */
const MENDABLE = /[\udcc2-\udcf4][\udc80-\udcbf]/u;

export const isAscii = (text: string): boolean => !BEYOND_ASCII.test(text);
export const isBroken = (text: string): boolean => BROKEN.test(text);

/** A character for each byte, so that JavaScript's functions count and search bytes. */
export const binaryOf = (text: string): string =>
  isAscii(text) ? text : Buffer.from(bytesOf(text)).toString('latin1');

export const textOfBinary = (binary: string): string =>
  isAscii(binary) ? binary : textOf(Buffer.from(binary, 'latin1'));

/** A text that was put together of others: bytes that now are a character become it. */
export const mended = (text: string): string => (MENDABLE.test(text) ? textOf(bytesOf(text)) : text);

/** Calls a function that counts bytes. */
export const onBytes = (work: (...binary: string[]) => string, ...texts: string[]): string =>
  texts.every(isAscii) ? work(...texts) : textOfBinary(work(...texts.map(binaryOf)));

/** Calls a function that searches: UTF-16 finds the same as bytes do, unless a text has parts of characters. */
export function searching(work: (...texts: string[]) => readonly string[], ...texts: string[]): string[] {
  if (!texts.some(isBroken)) return [...work(...texts)];
  return work(...texts.map(binaryOf)).map(textOfBinary);
}

/** The same for a question. */
export const asking = (ask: (...texts: string[]) => boolean, ...texts: string[]): boolean =>
  texts.some(isBroken) ? ask(...texts.map(binaryOf)) : ask(...texts);

/** The runes; what is no character is U+FFFD. */
export const runesOf = (text: string): string[] =>
  isBroken(text) ? [...text].map((rune) => (isBroken(rune) ? '\ufffd' : rune)) : [...text];

/** `text[from:to]` of Go. @throws GoError the panic of bounds that do not fit; `to` is the length where Go's is left out */
export function sliceBytes(text: string, from: bigint, to?: bigint): string {
  const length = BigInt(byteLength(text));
  const end = to ?? length;
  if (end < 0n) throw outOfRange(`[:${end}]`);
  if (end > length) throw outOfRange(`[:${end}] with length ${length}`);
  if (from < 0n) throw outOfRange(`[${from}:]`);
  if (from > end) throw outOfRange(`[${from}:${end}]`);
  // Each unit of UTF-16 makes a byte at least: what is behind may be long, and is of no interest.
  const binary = binaryOf(text.slice(0, Number(end) + 1));
  return textOfBinary(binary.slice(Number(from), Number(end)));
}

const outOfRange = (bounds: string): GoError =>
  new GoError(`runtime error: slice bounds out of range ${bounds}`);
