/** Go's package strconv, as far as functions of templates read numbers by it. Undefined is a syntax error. */

const BASES: Readonly<Record<string, bigint>> = { x: 16n, o: 8n, b: 2n };
const MAX = (1n << 63n) - 1n;
/** An underscore stands between digits, or between the prefix of a base and a digit. */
const BAD_UNDERSCORE = /^_|__|_$/;

/** What strconv.ParseInt(text, base, 64) returns; beyond the range the nearest int64, with an error. */
export interface ParsedInt {
  readonly value: bigint;
  readonly outOfRange: boolean;
}

/** Base 0 takes that of Go's literals: 0x1f, 0o17, 017, 0b11, 1_000. */
export function parseInt64(text: string, base: 0 | 8 | 10): ParsedInt | undefined {
  const [, sign = '', body = ''] = /^([+-]?)([0-9A-Za-z_]+)$/.exec(text) ?? [];
  const magnitude = base === 0 ? literal(body) : digits(body, BigInt(base));
  if (magnitude === undefined) return undefined;
  const value = sign === '-' ? -magnitude : magnitude;
  if (value > MAX) return { value: MAX, outOfRange: true };
  if (value < -MAX - 1n) return { value: -MAX - 1n, outOfRange: true };
  return { value, outOfRange: false };
}

function literal(body: string): bigint | undefined {
  const named = BASES[/^0([xXoObB])./.exec(body)?.[1]?.toLowerCase() ?? ''];
  const prefixed = named !== undefined ? body.slice(2) : body;
  const number = named !== undefined && prefixed.startsWith('_') ? prefixed.slice(1) : prefixed;
  if (BAD_UNDERSCORE.test(number)) return undefined;
  const base = named ?? (/^0./.test(body) ? 8n : 10n);
  return digits(number.replaceAll('_', ''), base);
}

const DIGITS: Readonly<Record<string, RegExp>> = {
  2: /^[01]+$/,
  8: /^[0-7]+$/,
  10: /^[0-9]+$/,
  16: /^[0-9a-fA-F]+$/,
};
const PREFIXES: Readonly<Record<string, string>> = { 2: '0b', 8: '0o', 10: '', 16: '0x' };
/** Digits of the largest int64 in base 2; more than that, without zeros before, are out of range in any base. */
const MOST_DIGITS = 64;

function digits(text: string, base: bigint): bigint | undefined {
  if (!DIGITS[String(base)]?.test(text)) return undefined;
  const significant = text.replace(/^0+(?=.)/, '').slice(0, MOST_DIGITS + 1);
  return BigInt(PREFIXES[String(base)] + significant);
}

const FLOAT = /^[+-]?(?:[0-9_]+\.?[0-9_]*|\.[0-9_]+)(?:[eE][+-]?[0-9][0-9_]*)?$/;
const HEX_FLOAT = /^([+-]?)0[xX]([0-9a-fA-F_]*)(?:\.([0-9a-fA-F_]*))?[pP]([+-]?[0-9][0-9_]*)$/;
const MISPLACED_UNDERSCORE = /(?:^|[^0-9])_|_(?:$|[^0-9])/;
const MISPLACED_IN_HEX = /(?:^|[^0-9a-fA-FxX])_|_(?:$|[^0-9a-fA-F])/;

const INFINITE = /^([+-]?)inf(?:inity)?$/i;

/** What strconv.ParseFloat(text, 64) returns; undefined for bad syntax and for what is too large. */
export function parseFloat64(text: string): number | undefined {
  const infinite = INFINITE.exec(text);
  if (infinite) return infinite[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  return /^nan$/i.test(text) ? Number.NaN : finiteFloat(text);
}

function finiteFloat(text: string): number | undefined {
  const misplaced = /^[+-]?0[xX]/.test(text) ? MISPLACED_IN_HEX : MISPLACED_UNDERSCORE;
  if (misplaced.test(text)) return undefined;
  const plain = text.replaceAll('_', '');
  const hex = HEX_FLOAT.exec(plain);
  const value = hex ? hexFloat(hex) : FLOAT.test(text) && /[0-9]/.test(text) ? Number(plain) : Number.NaN;
  return Number.isFinite(value) ? value : undefined;
}

function hexFloat([, sign, whole = '', fraction = '', exponent = '0']: readonly string[]): number {
  if (whole + fraction === '') return Number.NaN;
  const mantissa = BigInt(`0x${whole}${fraction}`);
  const power = Number(exponent) - 4 * fraction.length;
  const size = scale(mantissa, power);
  return sign === '-' ? -size : size;
}

/** mantissa × 2^power, rounded once: BigInt to number rounds half to even. */
function scale(mantissa: bigint, power: number): number {
  const bits = mantissa.toString(2).length;
  if (mantissa === 0n || bits + power < -1080) return 0;
  if (bits + power > 1030) return Number.POSITIVE_INFINITY;
  if (power >= 0) return Number(mantissa << BigInt(power));
  const excess = Math.max(bits - 53, -1074 - power);
  if (excess <= 0) return Number(mantissa) * 2 ** Math.max(power, -1000) * 2 ** Math.min(power + 1000, 0);
  return (
    roundShift(mantissa, excess) *
    2 ** Math.max(power + excess, -1000) *
    2 ** Math.min(power + excess + 1000, 0)
  );
}

function roundShift(mantissa: bigint, shift: number): number {
  const half = 1n << BigInt(shift - 1);
  const rest = mantissa & ((half << 1n) - 1n);
  const kept = mantissa >> BigInt(shift);
  return Number(rest > half || (rest === half && (kept & 1n) === 1n) ? kept + 1n : kept);
}
