import type { Json } from './types.ts';
import { GO_INTEGER } from './yaml-numbers.ts';

/** Thrown, and caught by `readLean`, where a text is anything but what most are. It has no stack: it is made once. */
export const UNUSUAL: unique symbol = Symbol('unusual YAML');

export function unusual(): never {
  throw UNUSUAL;
}

const WORDS: ReadonlyMap<string, Json> = new Map<string, Json>([
  ...['~', 'null', 'Null', 'NULL'].map((word) => [word, null] as const),
  ...spelt(['true', 'y', 'yes', 'on']).map((word) => [word, true] as const),
  ...spelt(['false', 'n', 'no', 'off']).map((word) => [word, false] as const),
]);

/** As YAML 1.1 spells words: `yes`, `Yes`, `YES`. */
function spelt(words: readonly string[]): readonly string[] {
  return words.flatMap((word) => [word, word.slice(0, 1).toUpperCase() + word.slice(1), word.toUpperCase()]);
}

/** Numbers that mean the same in every notation, and that a double holds. */
const NUMBER = /^(?:0|-?[1-9]\d{0,14}|-?[1-9]\d{0,8}\.\d{1,6}|0\.\d{1,6})$/;
const FLOAT = /^[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?$/;
const NO_NUMBER = /^[-+]?\.(?:inf|nan)$/i;
const LONGEST_WORD = 5;

/** What a plain scalar means; it is not empty. */
export function plainValue(written: string): Json {
  const first = written.charCodeAt(0);
  // A digit, a sign, a dot: all that numbers begin with.
  if ((first >= 0x30 && first <= 0x39) || first === 0x2d || first === 0x2b || first === 0x2e) {
    if (NUMBER.test(written)) return Number(written);
    return GO_INTEGER.test(written) || FLOAT.test(written) || NO_NUMBER.test(written) ? unusual() : written;
  }
  if (written.length > LONGEST_WORD) return written;
  const word = WORDS.get(written);
  return word === undefined ? written : word;
}
