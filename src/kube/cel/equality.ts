import type { Meter } from './meter.ts';
import {
  CelList,
  CelMap,
  CelObject,
  Duration,
  Opaque,
  Optional,
  Timestamp,
  TypeValue,
  Uint,
  type Value,
} from './values.ts';

/**
 * Numbers compare across their types; values of different types are not equal (cel-spec, "Equality"). Each value that is
 * visited is paid for, since one comparison may visit a whole object.
 */
export function areEqual(a: Value, b: Value, meter: Meter): boolean {
  meter.work(1);
  if (a === b) return true;
  const [left, right] = [numeric(a), numeric(b)];
  if (left !== undefined || right !== undefined)
    return left !== undefined && right !== undefined && compareNumbers(left, right) === 0;
  if (a instanceof Timestamp) return b instanceof Timestamp && a.nanos === b.nanos;
  if (a instanceof Duration) return b instanceof Duration && a.nanos === b.nanos;
  if (a instanceof Uint8Array) return b instanceof Uint8Array && compareBytes(a, b) === 0;
  if (a instanceof CelList) return b instanceof CelList && areEqualLists(a, b, meter);
  if (a instanceof CelMap) return b instanceof CelMap && areEqualMaps(a, b, meter);
  if (a instanceof CelObject) return b instanceof CelObject && a.equals(b, meter);
  if (a instanceof TypeValue) return b instanceof TypeValue && a.name === b.name;
  if (a instanceof Optional) return b instanceof Optional && areEqualOptionals(a, b, meter);
  return a instanceof Opaque && b instanceof Opaque && a.equals(b);
}

function areEqualOptionals(a: Optional, b: Optional, meter: Meter): boolean {
  if (a.value === undefined || b.value === undefined) return a.value === b.value;
  return areEqual(a.value, b.value, meter);
}

function areEqualLists(a: CelList, b: CelList, meter: Meter): boolean {
  if (a.size !== b.size) return false;
  if (a.listType !== undefined) return isPermutation([...a], [...b], meter);
  for (let i = 0; i < a.size; i++) if (!areEqual(a.at(i), b.at(i), meter)) return false;
  return true;
}

/** Of data whose order means nothing, by `x-kubernetes-list-type`. */
function isPermutation(a: readonly Value[], b: Value[], meter: Meter): boolean {
  return a.every((value, i) => {
    // Mostly nothing was moved.
    const at = b.findIndex((other, j) => j >= i && areEqual(value, other, meter));
    if (at < 0) return false;
    [b[i], b[at]] = [b[at] as Value, b[i] as Value];
    return true;
  });
}

function areEqualMaps(a: CelMap, b: CelMap, meter: Meter): boolean {
  if (a.size !== b.size) return false;
  for (const key of a.keys()) {
    const other = b.get(key);
    if (other === undefined || !areEqual(a.get(key) as Value, other, meter)) return false;
  }
  return true;
}

const numeric = (value: Value): number | bigint | undefined =>
  typeof value === 'number' || typeof value === 'bigint'
    ? value
    : value instanceof Uint
      ? value.value
      : undefined;

/** Below, equal or above; undefined where the two have no order. NaN is above nothing and below nothing. */
export function compare(a: Value, b: Value): number | undefined {
  const [left, right] = [numeric(a), numeric(b)];
  if (left !== undefined && right !== undefined) return compareNumbers(left, right);
  if (typeof a === 'string' && typeof b === 'string') return compareStrings(a, b);
  if (typeof a === 'boolean' && typeof b === 'boolean') return Number(a) - Number(b);
  if (a instanceof Timestamp && b instanceof Timestamp) return sign(a.nanos - b.nanos);
  if (a instanceof Duration && b instanceof Duration) return sign(a.nanos - b.nanos);
  if (a instanceof Uint8Array && b instanceof Uint8Array) return compareBytes(a, b);
  return undefined;
}

function compareNumbers(a: number | bigint, b: number | bigint): number {
  if (a < b) return -1;
  if (a > b) return 1;
  return Number.isNaN(a) || Number.isNaN(b) ? Number.NaN : 0;
}

const sign = (difference: bigint): number => (difference < 0n ? -1 : difference > 0n ? 1 : 0);

const compareBytes = (a: Uint8Array, b: Uint8Array): number => Buffer.compare(a, b);

/** By code points, as UTF-8 is ordered; surrogates sort above the rest of UTF-16. */
function compareStrings(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const [x, y] = [a.charCodeAt(i), b.charCodeAt(i)];
    if (x !== y) return rank(x) - rank(y);
  }
  return a.length - b.length;
}

const rank = (unit: number): number => (unit >= 0xd800 && unit < 0xe000 ? unit + 0x10000 : unit);
