import { randomUUID } from 'node:crypto';

/**
 * JSON text ⇄ values without losing digits: an integer that a double would round, but that 64 bits hold, is a bigint
 * (Kubernetes decodes numbers as int64 where they fit, sigs.k8s.io/json). `JSON.parse` and `JSON.stringify` know neither way.
 */

/** Stands before the digits of such an integer while its text is a string. No client can know it. */
const MARK = `int64 ${randomUUID()} `;
const MARKED = new RegExp(`"${MARK}(-?\\d+)"`, 'g');

/** Fewer digits are always exact. */
const LONG = /\d{16}/;

/** Throws SyntaxError as `JSON.parse` does. */
export function parseJson(text: string): unknown {
  const value: unknown = JSON.parse(text);
  if (!LONG.test(text)) return value;
  const marked = withMarks(text);
  return marked === text ? value : JSON.parse(marked, unmark);
}

/** As `JSON.stringify` without options; undefined only for undefined itself. */
export function stringifyJson(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch (error) {
    // Bigints are rare, and looking for them would cost every other object.
    if (!(error instanceof TypeError)) throw error;
    return JSON.stringify(value, mark).replace(MARKED, '$1');
  }
}

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

const mark = (_key: string, value: unknown): unknown =>
  typeof value === 'bigint' ? `${MARK}${value}` : value;

const unmark = (_key: string, value: unknown): unknown =>
  typeof value === 'string' && value.startsWith(MARK) ? BigInt(value.slice(MARK.length)) : value;

/** Strings, which are left alone, and numbers without fraction and exponent that may be too long. */
const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d{16,}(?![\d.eE])/g;
const MOST_DIGITS = 20;

function withMarks(text: string): string {
  return text.replace(TOKEN, (token) => {
    if (token.startsWith('"') || token.length > MOST_DIGITS) return token;
    const integer = integerOf(BigInt(token));
    return typeof integer === 'bigint' ? `"${MARK}${integer}"` : token;
  });
}
