/**
 * Go's package unicode: case is a matter of single runes, so that ß has no upper case and İ has a lower one. A rune is a string of one
 * character.
 */

const UPPER = /^\p{Lu}$/u;
const LOWER = /^\p{Ll}$/u;
const TITLE = /^\p{Lt}$/u;
const LETTER = /^\p{L}$/u;
const DIGIT = /^\p{Nd}$/u;
const NUMBER = /^\p{N}$/u;
const PUNCTUATION = /^\p{P}$/u;
const SPACE = /^[\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]$/;

export const isUpper = (rune: string): boolean => UPPER.test(rune);
export const isLower = (rune: string): boolean => LOWER.test(rune);
export const isTitle = (rune: string): boolean => TITLE.test(rune);
export const isLetter = (rune: string): boolean => LETTER.test(rune);
export const isDigit = (rune: string): boolean => DIGIT.test(rune);
export const isNumber = (rune: string): boolean => NUMBER.test(rune);
export const isPunctuation = (rune: string): boolean => PUNCTUATION.test(rune);
export const isSpace = (rune: string): boolean => SPACE.test(rune);

const characters = (from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, i) => String.fromCodePoint(from + i));

/** Greek letters with iota: JavaScript writes the iota as a letter of its own. */
const IOTA = [0x1f80, 0x1f90, 0x1fa0].flatMap((first) => characters(first, first + 7));
const IOTA_UPPER = [0x1f88, 0x1f98, 0x1fa8].flatMap((first) => characters(first, first + 7));
/** Letters whose upper case came into Unicode after version 15, which is Go's. */
const NEWER = ['\u019b', '\u0264'];

const UPPER_OF: ReadonlyMap<string, string> = new Map([
  ...IOTA.map((rune, i): [string, string] => [rune, IOTA_UPPER[i] ?? rune]),
  ['\u1fb3', '\u1fbc'],
  ['\u1fc3', '\u1fcc'],
  ['\u1ff3', '\u1ffc'],
  ...NEWER.map((rune): [string, string] => [rune, rune]),
]);
const LOWER_OF: ReadonlyMap<string, string> = new Map([['\u0130', 'i']]);
/** Digraphs have a title case; Georgian letters have an upper case only. */
const TITLE_OF: ReadonlyMap<string, string> = new Map([
  ...['\u01c4\u01c5\u01c6', '\u01c7\u01c8\u01c9', '\u01ca\u01cb\u01cc', '\u01f1\u01f2\u01f3'].flatMap(
    (digraph) => [...digraph].map((rune): [string, string] => [rune, digraph[1] ?? rune]),
  ),
  ...[...characters(0x10d0, 0x10fa), ...characters(0x10fd, 0x10ff)].map((rune): [string, string] => [
    rune,
    rune,
  ]),
]);

/** The mapping where it is one rune: what is longer belongs to SpecialCasing, which Go leaves out. */
const single = (rune: string, mapped: string): string =>
  mapped.length === rune.length || [...mapped].length === 1 ? mapped : rune;

export const toUpper = (rune: string): string => UPPER_OF.get(rune) ?? single(rune, rune.toUpperCase());
export const toLower = (rune: string): string => LOWER_OF.get(rune) ?? single(rune, rune.toLowerCase());
export const toTitle = (rune: string): string => TITLE_OF.get(rune) ?? toUpper(rune);
