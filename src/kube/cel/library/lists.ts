import { comparisons, elements } from '../cost.ts';
import { areEqual, compare } from '../equality.ts';
import type { Meter } from '../meter.ts';
import { type Overload, overload } from '../overload.ts';
import { durationOf } from '../time.ts';
import {
  ArrayList,
  CelList,
  Duration,
  fail,
  keyText,
  listOfValues,
  Optional,
  Uint,
  type Value,
} from '../values.ts';
import { int, uint } from './operators.ts';

const NUMBERS = ['int', 'uint', 'double', 'duration'];
const COMPARABLE = ['int', 'uint', 'double', 'bool', 'duration', 'timestamp', 'string', 'bytes'];

function isSorted(list: CelList, meter: Meter): Value {
  meter.work(list.size);
  for (let i = 1; i < list.size; i++) if ((compare(list.at(i - 1), list.at(i)) ?? 0) > 0) return false;
  return true;
}

/** The least (-1) or the greatest (1) element. */
function extreme(list: CelList, sign: number, name: string, meter: Meter): Value {
  meter.work(list.size);
  if (list.size === 0) return fail(`${name} called on empty list`);
  let found = list.at(0);
  for (const value of list) if ((compare(value, found) ?? 0) * sign > 0) found = value;
  return found;
}

function sum(list: CelList, kind: string, meter: Meter): Value {
  meter.work(2 * list.size);
  if (kind === 'double') return [...list].reduce<number>((total, value) => total + (value as number), 0);
  let total = 0n;
  for (const value of list) total += amount(value);
  if (kind === 'int') return int(total);
  if (kind === 'uint') return uint(total);
  return durationOf(total) ?? fail('duration overflow');
}

const amount = (value: Value): bigint =>
  value instanceof Uint ? value.value : value instanceof Duration ? value.nanos : (value as bigint);

function indexOf(list: CelList, wanted: Value, meter: Meter): Value {
  for (let i = 0; i < list.size; i++) if (areEqual(list.at(i), wanted, meter)) return BigInt(i);
  return -1n;
}

function lastIndexOf(list: CelList, wanted: Value, meter: Meter): Value {
  for (let i = list.size - 1; i >= 0; i--) if (areEqual(list.at(i), wanted, meter)) return BigInt(i);
  return -1n;
}

/** Kubernetes' own functions of lists (`library/lists.go`). */
const KUBERNETES: readonly Overload[] = [
  ...COMPARABLE.flatMap((type) => [
    overload(
      `list<${type}>::isSorted() bool`,
      ([list], meter) => isSorted(list as CelList, meter),
      comparisons,
    ),
    overload(
      `list<${type}>::min() ${type}`,
      ([list], meter) => extreme(list as CelList, -1, 'min', meter),
      comparisons,
    ),
    overload(
      `list<${type}>::max() ${type}`,
      ([list], meter) => extreme(list as CelList, 1, 'max', meter),
      comparisons,
    ),
  ]),
  ...NUMBERS.map((type) =>
    overload(
      `list<${type}>::sum() ${type}`,
      ([list], meter) => sum(list as CelList, type, meter),
      comparisons,
    ),
  ),
  overload(
    'list<A>::indexOf(A) int',
    ([list, value], meter) => indexOf(list as CelList, value as Value, meter),
    comparisons,
  ),
  overload(
    'list<A>::lastIndexOf(A) int',
    ([list, value], meter) => lastIndexOf(list as CelList, value as Value, meter),
    comparisons,
  ),
];

function slice(list: CelList, from: bigint, to: bigint): Value {
  if (from < 0n || to < 0n) return fail(`cannot slice(${from}, ${to}), negative indexes not supported`);
  if (from > to)
    return fail(`cannot slice(${from}, ${to}), start index must be less than or equal to end index`);
  if (to > BigInt(list.size)) return fail(`cannot slice(${from}, ${to}), list is length ${list.size}`);
  return listOfValues([...list].slice(Number(from), Number(to)));
}

function flatten(list: CelList, depth: bigint, meter: Meter): Value {
  if (depth < 0n) return fail('level must be non-negative');
  const flat: Value[] = [];
  const visit = (values: CelList, left: bigint) => {
    for (const value of values) {
      meter.work(1);
      if (value instanceof CelList && left > 0n) visit(value, left - 1n);
      else flat.push(value);
    }
  };
  visit(list, depth);
  return new ArrayList(flat);
}

function sort(list: CelList, keys: CelList, meter: Meter): Value {
  const [first] = keys.size === 0 ? [undefined] : [keys.at(0)];
  meter.work(keys.size * Math.ceil(Math.log2(keys.size + 1)));
  const pairs = [...list].map((value, i) => ({ value, key: keys.at(i) }));
  if (
    first !== undefined &&
    pairs.some(({ key }) => typeof key !== typeof first || compare(key, first) === undefined)
  )
    return fail('list elements must have the same type');
  pairs.sort((a, b) => compare(a.key, b.key) ?? 0);
  return listOfValues(pairs.map(({ value }) => value));
}

function distinct(list: CelList, meter: Meter): Value {
  const seen = new Set<string>();
  const kept: Value[] = [];
  for (const value of list) {
    const text = keyText(value);
    if (text === undefined ? kept.some((other) => areEqual(other, value, meter)) : seen.has(text)) continue;
    if (text !== undefined) seen.add(text);
    kept.push(value);
  }
  meter.work(list.size);
  return new ArrayList(kept);
}

function range(count: bigint, meter: Meter): Value {
  if (count < 0n) return fail(`range argument must be non-negative, got ${count}`);
  meter.work(Number(count));
  return listOfValues(Array.from({ length: Number(count) }, (_, i) => BigInt(i)));
}

const end = (value: Value | undefined): Value => (value === undefined ? Optional.NONE : new Optional(value));

/** cel-go's `ext.Lists` of version 3. */
const EXTENSION: readonly Overload[] = [
  overload('list<A>::slice(int, int) list<A>', ([list, from, to], meter) => {
    meter.work((list as CelList).size / 10);
    return slice(list as CelList, from as bigint, to as bigint);
  }),
  overload('list<dyn>::flatten() list<dyn>', ([list], meter) => flatten(list as CelList, 1n, meter)),
  overload('list<dyn>::flatten(int) list<dyn>', ([list, depth], meter) =>
    flatten(list as CelList, depth as bigint, meter),
  ),
  overload('list<A>::sort() list<A>', ([list], meter) => sort(list as CelList, list as CelList, meter)),
  overload('list<A>::@sortByAssociatedKeys(list<B>) list<A>', ([list, keys], meter) =>
    sort(list as CelList, keys as CelList, meter),
  ),
  overload('list<A>::distinct() list<A>', ([list], meter) => distinct(list as CelList, meter)),
  overload('list<A>::reverse() list<A>', ([list], meter) => {
    meter.work((list as CelList).size);
    return listOfValues([...(list as CelList)].reverse());
  }),
  overload('list<A>::first() optional<A>', ([list]) =>
    end((list as CelList).size === 0 ? undefined : (list as CelList).at(0)),
  ),
  overload('list<A>::last() optional<A>', ([list]) =>
    end((list as CelList).size === 0 ? undefined : (list as CelList).at((list as CelList).size - 1)),
  ),
  overload('lists.range(int) list<int>', ([count], meter) => range(count as bigint, meter)),
];

const isIn = (list: CelList, value: Value, meter: Meter): boolean => indexOf(list, value, meter) !== -1n;
const contains = (a: CelList, b: CelList, meter: Meter): boolean =>
  [...b].every((value) => isIn(a, value, meter));

/** cel-go's `ext.Sets`: lists as sets. */
const SETS: readonly Overload[] = [
  overload(
    'sets.contains(list<A>, list<A>) bool',
    ([a, b], meter) => contains(a as CelList, b as CelList, meter),
    elements(0),
  ),
  overload(
    'sets.equivalent(list<A>, list<A>) bool',
    ([a, b], meter) =>
      contains(a as CelList, b as CelList, meter) && contains(b as CelList, a as CelList, meter),
    elements(0),
  ),
  overload(
    'sets.intersects(list<A>, list<A>) bool',
    ([a, b], meter) => [...(b as CelList)].some((value) => isIn(a as CelList, value, meter)),
    elements(0),
  ),
];

export const LISTS: readonly Overload[] = [...KUBERNETES, ...EXTENSION, ...SETS];
