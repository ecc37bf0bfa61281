import { concatenation, elements, joining, shorter } from '../cost.ts';
import { identitiesOf } from '../data.ts';
import { areEqual, compare } from '../equality.ts';
import type { Meter } from '../meter.ts';
import { type Overload, overload } from '../overload.ts';
import { durationOf, timestampOf } from '../time.ts';
import {
  ArrayList,
  CelList,
  type CelMap,
  type Duration,
  type EntryMap,
  Failure,
  fail,
  noSuchKey,
  noSuchOverload,
  Optional,
  showKey,
  type Timestamp,
  Uint,
  type Value,
} from '../values.ts';

const MIN_INT = -(2n ** 63n);
const MAX_INT = 2n ** 63n - 1n;
const MAX_UINT = 2n ** 64n - 1n;

export const int = (value: bigint): Value =>
  value < MIN_INT || value > MAX_INT ? fail('integer overflow') : value;
export const uint = (value: bigint): Value =>
  value < 0n || value > MAX_UINT ? fail('unsigned integer overflow') : new Uint(value);
const time = (nanos: bigint): Value => timestampOf(nanos) ?? fail('timestamp overflow');
const duration = (nanos: bigint): Value => durationOf(nanos) ?? fail('duration overflow');

type Numbers = {
  readonly int?: (a: bigint, b: bigint) => Value;
  readonly double?: (a: number, b: number) => number;
};

function arithmetic(name: string, { int: ofInts, double }: Numbers): Overload[] {
  return [
    ...(ofInts
      ? [
          overload(`${name}(int, int) int`, ([a, b]) => ofInts(a as bigint, b as bigint)),
          overload(`${name}(uint, uint) uint`, ([a, b]) => {
            const result = ofInts((a as Uint).value, (b as Uint).value);
            return typeof result === 'bigint' ? uint(result) : unsigned(result, name, a as Uint, b as Uint);
          }),
        ]
      : []),
    ...(double
      ? [overload(`${name}(double, double) double`, ([a, b]) => double(a as number, b as number))]
      : []),
  ];
}

/** What is too large for an int may fit a uint. */
function unsigned(result: Value, name: string, a: Uint, b: Uint): Value {
  if (!(result instanceof Failure) || result.message !== 'integer overflow') return result;
  return uint(name === '_+_' ? a.value + b.value : name === '_*_' ? a.value * b.value : a.value - b.value);
}

const ADDITION: readonly Overload[] = [
  ...arithmetic('_+_', { int: (a, b) => int(a + b), double: (a, b) => a + b }),
  overload(
    '_+_(string, string) string',
    ([a, b], meter) => {
      meter.work(((a as string).length + (b as string).length) / 100);
      return `${a as string}${b as string}`;
    },
    concatenation,
  ),
  overload(
    '_+_(bytes, bytes) bytes',
    ([a, b], meter) => {
      meter.work(((a as Uint8Array).length + (b as Uint8Array).length) / 100);
      return Uint8Array.from(Buffer.concat([a as Uint8Array, b as Uint8Array]));
    },
    concatenation,
  ),
  overload(
    '_+_(list<A>, list<A>) list<A>',
    ([a, b], meter) => concat(a as CelList, b as CelList, meter),
    joining,
  ),
  overload('_+_(duration, duration) duration', ([a, b]) => duration(nanos(a) + nanos(b))),
  overload('_+_(timestamp, duration) timestamp', ([a, b]) => time(nanos(a) + nanos(b))),
  overload('_+_(duration, timestamp) timestamp', ([a, b]) => time(nanos(a) + nanos(b))),
];

const nanos = (value: Value | undefined): bigint => (value as Timestamp | Duration).nanos;

/** Lists of type set and map are merged: what both have stands where the first has it (`common/values.go`). */
function concat(a: CelList, b: CelList, meter: Meter): CelList {
  const [mine, theirs] = [identitiesOf(a), identitiesOf(b)];
  if (mine && theirs) {
    meter.work(a.size + b.size);
    const places = new Map([...b].map((value, i) => [theirs(i), value]));
    const merged = [...a].map((value, i) => orElse(places.get(mine(i)), () => value));
    const known = new Set([...a].map((_, i) => mine(i)));
    return new ArrayList([...merged, ...[...b].filter((_, i) => !known.has(theirs(i)))]);
  }
  if (b.size === 0) return a;
  meter.work(a instanceof ArrayList ? b.size : a.size + b.size);
  return (a instanceof ArrayList ? a : new ArrayList([...a])).append(b);
}

const ARITHMETIC: readonly Overload[] = [
  ...arithmetic('_-_', { int: (a, b) => int(a - b), double: (a, b) => a - b }),
  overload('_-_(duration, duration) duration', ([a, b]) => duration(nanos(a) - nanos(b))),
  overload('_-_(timestamp, timestamp) duration', ([a, b]) => duration(nanos(a) - nanos(b))),
  overload('_-_(timestamp, duration) timestamp', ([a, b]) => time(nanos(a) - nanos(b))),
  ...arithmetic('_*_', { int: (a, b) => int(a * b), double: (a, b) => a * b }),
  ...arithmetic('_/_', {
    int: (a, b) => (b === 0n ? fail('division by zero') : int(a / b)),
    double: (a, b) => a / b,
  }),
  ...arithmetic('_%_', { int: (a, b) => (b === 0n ? fail('modulus by zero') : a % b) }),
  overload('-_(int) int', ([a]) => int(-(a as bigint))),
  overload('-_(double) double', ([a]) => -(a as number)),
  overload('!_(bool) bool', ([a]) => !a),
];

const EQUALITY: readonly Overload[] = [
  overload('_==_(A, A) bool', ([a, b], meter) => areEqual(a as Value, b as Value, meter), shorter),
  overload('_!=_(A, A) bool', ([a, b], meter) => !areEqual(a as Value, b as Value, meter), shorter),
];

const ORDERED = ['bool', 'int', 'uint', 'double', 'string', 'bytes', 'timestamp', 'duration'];
/** Numbers of different types have one order (`cel.CrossTypeNumericComparisons`). */
const CROSS = ['int', 'uint', 'double'].flatMap((a) =>
  ['int', 'uint', 'double'].filter((b) => b !== a).map((b) => [a, b] as const),
);

const orders = (name: string, holds: (order: number) => boolean): Overload[] =>
  [...ORDERED.map((type) => [type, type] as const), ...CROSS].map(([a, b]) =>
    overload(
      `${name}(${a}, ${b}) bool`,
      ([left, right], meter) => {
        if (typeof left === 'string') meter.work(left.length / 100);
        const order = compare(left as Value, right as Value);
        return order === undefined ? noSuchOverload() : holds(order);
      },
      a === 'string' || a === 'bytes' ? shorter : undefined,
    ),
  );

/** One element after the other: those behind the first that is equal are not even made from their JSON. */
function includes(list: CelList, value: Value, meter: Meter): boolean {
  for (const each of list) if (areEqual(each, value, meter)) return true;
  return false;
}

const INDEXING: readonly Overload[] = [
  overload('_[_](list<A>, int) A', ([list, index]) =>
    orElse(at(list as CelList, index as Value), () => outOfBounds(index)),
  ),
  overload('_[_](map<A, B>, A) B', ([map, key]) =>
    orElse((map as CelMap).get(key as Value), () => noSuchKey(showKey(key as Value))),
  ),
  overload('_[_](optional<list<A>>, int) optional<A>', ([list, index]) => ofOptional(list, index)),
  overload('_[_](optional<map<A, B>>, A) optional<B>', ([map, key]) => ofOptional(map, key)),
  overload('_[?_](list<A>, int) optional<A>', ([list, index]) => optionally(list as Value, index as Value)),
  overload('_[?_](map<A, B>, A) optional<B>', ([map, key]) => optionally(map as Value, key as Value)),
  overload('_[?_](optional<list<A>>, int) optional<A>', ([list, index]) => ofOptional(list, index)),
  overload('_[?_](optional<map<A, B>>, A) optional<B>', ([map, key]) => ofOptional(map, key)),
  overload(
    '@in(A, list<A>) bool',
    ([value, list], meter) => includes(list as CelList, value as Value, meter),
    elements(1),
  ),
  overload('@in(A, map<A, B>) bool', ([key, map]) => (map as CelMap).get(key as Value) !== undefined),
  overload('cel.@mapInsert(map<A, B>, A, B) map<A, B>', ([map, key, value]) =>
    (map as EntryMap).insert(key as Value, value as Value),
  ),
  overload('cel.@mapInsert(map<A, B>, map<A, B>) map<A, B>', ([map, more]) =>
    insertAll(map as EntryMap, more as CelMap),
  ),
];

/** null is a value like any other: only what is absent is replaced. */
export const orElse = (value: Value | undefined, other: () => Value): Value =>
  value === undefined ? other() : value;

const outOfBounds = (index: Value | undefined): Failure => fail(`index out of bounds: ${String(index)}`);

function at(list: CelList, index: Value): Value | undefined {
  if (typeof index !== 'bigint' || index < 0n || index >= BigInt(list.size)) return undefined;
  return list.at(Number(index));
}

function optionally(container: Value, key: Value): Value {
  const value = container instanceof CelList ? at(container, key) : (container as CelMap).get(key);
  return value instanceof Failure ? value : value === undefined ? Optional.NONE : new Optional(value);
}

function ofOptional(container: Value | undefined, key: Value | undefined): Value {
  const { value } = container as Optional;
  return value === undefined ? Optional.NONE : optionally(value, key as Value);
}

function insertAll(map: EntryMap, more: CelMap): Value {
  let all: EntryMap | Failure = map;
  for (const key of more.keys()) {
    if (all instanceof Failure) return all;
    all = all.insert(key, more.get(key) as Value);
  }
  return all;
}

/** The standard operators (cel-spec, "Standard Definitions"), except those that do not evaluate all of their arguments. */
export const OPERATORS: readonly Overload[] = [
  ...ADDITION,
  ...ARITHMETIC,
  ...EQUALITY,
  ...orders('_<_', (order) => order < 0),
  ...orders('_<=_', (order) => order <= 0),
  ...orders('_>_', (order) => order > 0),
  ...orders('_>=_', (order) => order >= 0),
  ...INDEXING,
  // These are planned as what they are; here they have their types.
  overload('_&&_(bool, bool) bool', noSuchOverload),
  overload('_||_(bool, bool) bool', noSuchOverload),
  overload('_?_:_(bool, A, A) A', noSuchOverload),
  overload('@not_strictly_false(bool) bool', noSuchOverload),
];
