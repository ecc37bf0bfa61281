import type { Version } from './plain.ts';

const LETTER = /^\p{L}$/u;
const DIGIT = /^\p{Nd}$/u;

const isLetter = (character: string): boolean =>
  character < '\x80' ? /^[A-Za-z]$/.test(character) : LETTER.test(character);
const isDigit = (character: string | undefined): boolean =>
  character !== undefined &&
  (character < '\x80' ? character >= '0' && character <= '9' : DIGIT.test(character));

/** Sorts keys as Go's YAML does (sorter.go): letters by code point and after anything else, runs of digits by their number. */
export function sortKeys<T extends readonly [string, unknown]>(members: Iterable<T>, version: Version): T[] {
  const sorted = [...members];
  return sorted.length < 2 ? sorted : sorted.sort(([a], [b]) => compareKeys(a, b, version));
}

const PLAIN_LETTERS = /^[A-Za-z]*$/;

function compareKeys(a: string, b: string, version: Version): number {
  if (PLAIN_LETTERS.test(a) && PLAIN_LETTERS.test(b)) return a < b ? -1 : a > b ? 1 : 0;
  const [left, right] = [[...a], [...b]];
  const shared = Math.min(left.length, right.length);
  let at = 0;
  while (at < shared && left[at] === right[at]) at++;
  if (at === shared) return left.length - right.length;
  return compareFrom(left, right, at, version);
}

/** Of two keys that differ first at `at`. */
function compareFrom(
  left: readonly string[],
  right: readonly string[],
  at: number,
  version: Version,
): number {
  const [a = '', b = ''] = [left[at], right[at]];
  const [isLeftLetter, isRightLetter] = [isLetter(a), isLetter(b)];
  const byCharacter = (a.codePointAt(0) ?? 0) - (b.codePointAt(0) ?? 0);
  if (isLeftLetter && isRightLetter) return byCharacter;
  if (isLeftLetter || isRightLetter) {
    const isLetterFirst = version === 3 && isDigit(left[at - 1]);
    return isLeftLetter === isLetterFirst ? -1 : 1;
  }
  const start = a === '0' || b === '0' ? (followsNumber(left, at) ? 1n : 0n) : 0n;
  const [leftNumber, leftEnd] = numberFrom(left, at, start);
  const [rightNumber, rightEnd] = numberFrom(right, at, start);
  if (leftNumber !== rightNumber) return leftNumber < rightNumber ? -1 : 1;
  return leftEnd - rightEnd || byCharacter;
}

/** Whether the digits before hold one that is not 0: then a 0 that follows is not a leading one. */
function followsNumber(characters: readonly string[], at: number): boolean {
  for (let before = at - 1; before >= 0 && isDigit(characters[before]); before--) {
    if (characters[before] !== '0') return true;
  }
  return false;
}

/** In 64 bits, as Go counts: a longer run of digits overflows. */
function numberFrom(characters: readonly string[], from: number, start: bigint): readonly [bigint, number] {
  let number = start;
  let end = from;
  for (; isDigit(characters[end]); end++) {
    number = BigInt.asIntN(64, number * 10n + BigInt((characters[end]?.codePointAt(0) ?? 48) - 48));
  }
  return [number, end];
}
