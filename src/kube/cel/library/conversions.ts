import { parseBool } from '../../values/bool.ts';
import { sized, traversal } from '../cost.ts';
import { typeNameOf } from '../dispatch.ts';
import { type Overload, overload } from '../overload.ts';
import {
  formatDuration,
  formatTimestamp,
  fromSeconds,
  parseDuration,
  parseTimestamp,
  secondsOf,
} from '../time.ts';
import {
  type CelList,
  type CelMap,
  type Duration,
  fail,
  type Timestamp,
  TypeValue,
  Uint,
  type Value,
} from '../values.ts';
import { int, uint } from './operators.ts';

/** Characters of a string: code points. */
export function characters(text: string): number {
  return /[\ud800-\udbff]/.test(text) ? [...text].length : text.length;
}

const INTEGER = /^[+-]?\d+$/;

function doubleToInt(value: number): Value {
  if (!Number.isFinite(value) || value <= -(2 ** 63) || value >= 2 ** 63) return fail('integer overflow');
  return BigInt(Math.trunc(value));
}

function doubleToUint(value: number): Value {
  if (!Number.isFinite(value) || value < 0 || value >= 2 ** 64) return fail('unsigned integer overflow');
  return new Uint(BigInt(Math.trunc(value)));
}

const NUMBER = /^[+-]?(?:\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?|inf|infinity|nan)$/i;

function parseDouble(text: string): Value {
  if (!NUMBER.test(text)) return fail(`strconv.ParseFloat: parsing "${text}": invalid syntax`);
  if (/nan/i.test(text)) return Number.NaN;
  if (/inf/i.test(text)) return text.startsWith('-') ? -Infinity : Infinity;
  return Number(text);
}

/** As Go's strconv writes a float64. */
export function formatDouble(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  const exponent = value === 0 ? 0 : Math.floor(Math.log10(Math.abs(value)));
  if (exponent >= -4 && exponent < 21)
    return String(value).includes('e') ? value.toFixed(20).replace(/0+$/, '') : String(value);
  return value.toExponential().replace(/e([+-])(\d)$/, 'e$10$2');
}

const INTS: readonly Overload[] = [
  overload('int(int) int', ([a]) => a as Value),
  overload('int(uint) int', ([a]) => int((a as Uint).value)),
  overload('int(double) int', ([a]) => doubleToInt(a as number)),
  overload('int(timestamp) int', ([a]) => secondsOf(a as Timestamp)),
  overload('int(duration) int', ([a]) => (a as Duration).nanos),
  overload('int(string) int', ([a]) =>
    INTEGER.test(a as string)
      ? int(BigInt((a as string).replace(/^\+/, '')))
      : fail(`strconv.ParseInt: parsing "${a}": invalid syntax`),
  ),
  overload('uint(uint) uint', ([a]) => a as Value),
  overload('uint(int) uint', ([a]) => uint(a as bigint)),
  overload('uint(double) uint', ([a]) => doubleToUint(a as number)),
  overload('uint(string) uint', ([a]) =>
    /^\d+$/.test(a as string)
      ? uint(BigInt(a as string))
      : fail(`strconv.ParseUint: parsing "${a}": invalid syntax`),
  ),
  overload('double(double) double', ([a]) => a as Value),
  overload('double(int) double', ([a]) => Number(a)),
  overload('double(uint) double', ([a]) => Number((a as Uint).value)),
  overload('double(string) double', ([a]) => parseDouble(a as string)),
];

const utf8 = new TextDecoder('utf-8', { fatal: true });

function decodeUtf8(bytes: Uint8Array): Value {
  try {
    return utf8.decode(bytes);
  } catch {
    return fail('invalid UTF-8 in bytes, cannot convert to string');
  }
}

const TEXTS: readonly Overload[] = [
  overload('string(string) string', ([a]) => a as Value),
  overload('string(int) string', ([a]) => String(a)),
  overload('string(uint) string', ([a]) => String((a as Uint).value)),
  overload('string(double) string', ([a]) => formatDouble(a as number)),
  overload('string(bool) string', ([a]) => String(a)),
  overload('string(timestamp) string', ([a]) => formatTimestamp(a as Timestamp)),
  overload('string(duration) string', ([a]) => formatDuration(a as Duration)),
  overload(
    'string(bytes) string',
    ([a]) => decodeUtf8(a as Uint8Array),
    sized(traversal(), ([a]) => ({ min: (a?.size.min ?? 0) / 4, max: a?.size.max ?? Infinity })),
  ),
  overload('bytes(bytes) bytes', ([a]) => a as Value),
  overload(
    'bytes(string) bytes',
    ([a]) => new TextEncoder().encode(a as string),
    sized(traversal(), ([a]) => ({ min: a?.size.min ?? 0, max: (a?.size.max ?? Infinity) * 4 })),
  ),
  overload('bool(bool) bool', ([a]) => a as Value),
  overload(
    'bool(string) bool',
    ([a]) => parseBool(a as string) ?? fail(`strconv.ParseBool: parsing "${a}": invalid syntax`),
  ),
];

const TIMES: readonly Overload[] = [
  overload('timestamp(timestamp) timestamp', ([a]) => a as Value),
  overload(
    'timestamp(string) timestamp',
    ([a]) => parseTimestamp(a as string) ?? fail(`invalid timestamp "${a}"`),
  ),
  overload('timestamp(int) timestamp', ([a]) => fromSeconds(a as bigint) ?? fail('timestamp overflow')),
  overload('duration(duration) duration', ([a]) => a as Value),
  overload(
    'duration(string) duration',
    ([a]) => parseDuration(a as string) ?? fail(`time: invalid duration "${a}"`),
  ),
];

const size = (kind: string, count: (value: Value) => number): Overload[] => [
  overload(`size(${kind}) int`, ([a], meter) => measured(a as Value, count, meter)),
  overload(`${kind}::size() int`, ([a], meter) => measured(a as Value, count, meter)),
];

function measured(
  value: Value,
  count: (value: Value) => number,
  meter: { work(units: number): void },
): bigint {
  if (typeof value === 'string') meter.work(value.length / 100);
  return BigInt(count(value));
}

/** Conversions between types, `type()`, `dyn()` and `size()`. */
export const CONVERSIONS: readonly Overload[] = [
  ...INTS,
  ...TEXTS,
  ...TIMES,
  overload('dyn(A) dyn', ([a]) => a as Value),
  overload('type(A) type<A>', ([a]) => new TypeValue(typeNameOf(a as Value))),
  ...size('string', (value) => characters(value as string)),
  ...size('bytes', (value) => (value as Uint8Array).length),
  ...size('list<A>', (value) => (value as CelList).size),
  ...size('map<A, B>', (value) => (value as CelMap).size),
];
