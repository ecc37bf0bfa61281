import { GoError } from '../values.ts';
import { quoteTime } from './parse.ts';

const UNITS: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  µs: 1_000n,
  μs: 1_000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
};
const MAX = 2n ** 63n;

/** time.ParseDuration, in nanoseconds. @throws GoError in its words */
export function parseDuration(text: string): bigint {
  const fail = (what: string): GoError => new GoError(`time: ${what} ${quoteTime(text)}`);
  const [, sign = '', rest = ''] = /^([-+]?)(.*)$/s.exec(text) ?? [];
  if (rest === '0') return 0n;
  if (rest === '') throw fail('invalid duration');
  let total = 0n;
  for (let left = rest; left !== ''; ) {
    const [part = '', whole = '', fraction = '', unit = ''] = /^(\d*)(?:\.(\d*))?([^.\d]*)/s.exec(left) ?? [];
    if (whole === '' && fraction === '') throw fail('invalid duration');
    if (isTooLarge(whole)) throw fail('invalid duration');
    if (unit === '') throw fail('missing unit in duration');
    if (!Object.hasOwn(UNITS, unit)) throw fail(`unknown unit ${quoteTime(unit)} in duration`);
    total += amount(whole, fraction, UNITS[unit] ?? 0n);
    if (total > MAX) throw fail('invalid duration');
    left = left.slice(part.length);
  }
  if (sign !== '-' && total === MAX) throw fail('invalid duration');
  return sign === '-' ? -total : total;
}

/** Reading millions of digits takes quadratic time. */
const MAX_DIGITS = 40;

function isTooLarge(whole: string): boolean {
  const digits = whole.replace(/^0+/, '');
  return digits.length > MAX_DIGITS || BigInt(digits || '0') > MAX;
}

function amount(whole: string, fraction: string, unit: bigint): bigint {
  const significant = fraction.slice(0, 18);
  const share = Number(`0.${significant || '0'}`) * Number(unit);
  return BigInt(whole || '0') * unit + BigInt(Math.trunc(share));
}

/** time.Duration's String: `1h2m3.5s`. */
export function durationText(nanos: bigint): string {
  if (nanos === 0n) return '0s';
  const sign = nanos < 0n ? '-' : '';
  const size = nanos < 0n ? -nanos : nanos;
  if (size < 1_000n) return `${sign}${size}ns`;
  if (size < 1_000_000n) return `${sign}${decimal(size, 3)}µs`;
  if (size < 1_000_000_000n) return `${sign}${decimal(size, 6)}ms`;
  const minutes = size / 60_000_000_000n;
  const seconds = `${decimal(size % 60_000_000_000n, 9)}s`;
  if (minutes === 0n) return `${sign}${seconds}`;
  return `${sign}${minutes < 60n ? '' : `${minutes / 60n}h`}${minutes % 60n}m${seconds}`;
}

/** Without zeros at the end. */
function decimal(value: bigint, places: number): string {
  const text = String(value).padStart(places + 1, '0');
  const fraction = text.slice(-places).replace(/0+$/, '');
  return `${text.slice(0, -places)}${fraction && `.${fraction}`}`;
}

/** Half away from zero and within 64 bits, as time.Duration's Round. */
export function roundDuration(nanos: bigint, unit: bigint): bigint {
  if (unit <= 0n) return nanos;
  const size = nanos < 0n ? -nanos : nanos;
  const rest = size % unit;
  const rounded = size - rest + (rest * 2n >= unit ? unit : 0n);
  if (nanos < 0n) return rounded > MAX ? -MAX : -rounded;
  return rounded >= MAX ? MAX - 1n : rounded;
}
