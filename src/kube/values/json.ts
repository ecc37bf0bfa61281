/**
 * JSON text ⇄ values without losing digits: an integer that a double would round, but that 64 bits hold, is a bigint
 * (Kubernetes decodes numbers as int64 where they fit, sigs.k8s.io/json). `JSON.parse` and `JSON.stringify` know neither way.
 */

/** Fewer digits are always exact. */
const LONG = /\d{16}/;

/** Throws SyntaxError as `JSON.parse` does. */
export function parseJson(text: string): unknown {
  const value: unknown = JSON.parse(text);
  if (!LONG.test(text) || withMarks(text, '') === text) return value;
  const mark = markBeside(JSON.stringify(value));
  return JSON.parse(withMarks(text, mark), (_key, member: unknown) =>
    typeof member === 'string' && member.startsWith(mark) ? BigInt(member.slice(mark.length)) : member,
  );
}

/** As `JSON.stringify` without options; undefined only for undefined itself. */
export function stringifyJson(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch (error) {
    // Bigints are rare, and looking for them would cost every other object.
    if (!(error instanceof TypeError)) throw error;
    const mark = markBeside(withBigints(value, () => null));
    const text = withBigints(value, (integer) => `${mark}${integer}`);
    return text.replace(new RegExp(`"${mark}(-?\\d+)"`, 'g'), '$1');
  }
}

/** Stands before the digits of an integer while it is a string: none of the strings in `text`, as `JSON.stringify` writes them, holds it. */
function markBeside(text: string): string {
  for (let n = 0; ; n++) {
    const mark = `int64 ${n} `;
    if (!text.includes(mark)) return mark;
  }
}

const withBigints = (value: unknown, replaced: (integer: bigint) => unknown): string =>
  JSON.stringify(value, (_key, member: unknown) => (typeof member === 'bigint' ? replaced(member) : member));

const INT64_MAX = 2n ** 63n - 1n;
const INT64_MIN = -(2n ** 63n);

export const isInt64 = (integer: bigint): boolean => integer >= INT64_MIN && integer <= INT64_MAX;

/** The integer as a number where that is exact, as a bigint where 64 bits hold it, else rounded. */
export function integerOf(integer: bigint): number | bigint {
  const number = Number(integer);
  return Number.isSafeInteger(number) || !isInt64(integer) ? number : integer;
}

/** A number of JSON, whichever way it is kept. */
export const isNumber = (value: unknown): value is number | bigint =>
  typeof value === 'number' || typeof value === 'bigint';

/** Strings, which are left alone, and numbers without fraction and exponent that may be too long. */
const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d{16,}(?![\d.eE])/g;
const MOST_DIGITS = 20;

/** Every integer that needs it as a string behind the mark. */
function withMarks(text: string, mark: string): string {
  return text.replace(TOKEN, (token) => {
    if (token.startsWith('"') || token.length > MOST_DIGITS) return token;
    const integer = integerOf(BigInt(token));
    return typeof integer === 'bigint' ? `"${mark}${integer}"` : token;
  });
}
