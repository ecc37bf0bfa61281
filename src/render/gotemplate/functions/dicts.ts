import { sortedKeys, typeOf } from '../kinds.ts';
import {
  type Budget,
  type FunctionTable,
  GoError,
  type GoMap,
  isNil,
  strings,
  type Value,
} from '../values.ts';
import { deepCopy } from './deepcopy.ts';
import { deepEqual } from './deepequal.ts';
import { define, variadic } from './define.ts';
import { MergeError, merge } from './merge.ts';
import { strval } from './texts.ts';

const MAP = 'map[string]interface {}';

/** Keys and values by turns; a last key without a value has "". */
function dict(args: readonly Value[], budget: Budget): GoMap {
  const made: GoMap = new Map();
  for (let i = 0; i < args.length; i += 2) {
    const value = args[i + 1];
    made.set(strval(args[i] ?? null, budget), value === undefined ? '' : value);
  }
  return made;
}

/** Sorted, where Go's order is another one each time. */
function keysOf(map: GoMap, budget: Budget): string[] {
  budget.spend(map.size);
  return sortedKeys(map);
}

function only(map: GoMap, keys: readonly string[]): GoMap {
  const picked: GoMap = new Map();
  for (const key of keys) {
    const value = map.get(key);
    if (value !== undefined) picked.set(key, value);
  }
  return picked;
}

/** A type assertion of Go. */
const misfit = (value: Value, wanted: string): GoError =>
  new GoError(
    `interface conversion: interface {} is ${value === null ? 'nil' : typeOf(value)}, not ${wanted}`,
  );

function mapOf(value: Value): GoMap {
  if (!(value instanceof Map) || typeOf(value) !== MAP) throw misfit(value, MAP);
  return value;
}

function keyOf(value: Value): string {
  if (typeof value !== 'string') throw misfit(value, 'string');
  return value;
}

/** What is under a path of keys: `dig "a" "b" fallback dict`. A value on the way that is no map is an error, not a missing key. */
function dig(args: readonly Value[]): Value {
  if (args.length < 3) throw new GoError('dig needs at least three arguments');
  const [fallback = null, root = null] = args.slice(-2);
  mapOf(root);
  let found = root;
  for (const key of args.slice(0, -2).map(keyOf)) {
    const next = mapOf(found).get(key);
    if (next === undefined) return fallback;
    found = next;
  }
  return found;
}

function set(map: GoMap, key: string, value: Value): GoMap {
  if (isNil(map)) throw new GoError('assignment to entry in nil map');
  return map.set(key, value);
}

/** Without `must`, an error is an empty text. */
function mergeOrEmpty(map: GoMap, sources: readonly GoMap[], overwrite: boolean, budget: Budget): Value {
  try {
    return merge(map, sources, overwrite, budget);
  } catch (error) {
    if (error instanceof MergeError) return '';
    throw error;
  }
}

const merging = (
  combine: (map: GoMap, sources: readonly GoMap[], overwrite: boolean, budget: Budget) => Value,
  overwrite: boolean,
) => variadic([MAP], MAP, ([map, ...sources], budget) => combine(map, sources, overwrite, budget));

const copy = define(['any'], ([value], budget) => deepCopy(value, budget));

export const DICTS: FunctionTable = {
  dict: variadic([], 'any', (args, budget) => dict(args, budget)),
  get: define([MAP, 'string'], ([map, key]) => {
    const value = map.get(key);
    return value === undefined ? '' : value;
  }),
  set: define([MAP, 'string', 'any'], ([map, key, value]) => set(map, key, value)),
  unset: define([MAP, 'string'], ([map, key]) => {
    map.delete(key);
    return map;
  }),
  hasKey: define([MAP, 'string'], ([map, key]) => map.has(key)),
  pluck: variadic(['string'], MAP, ([key, ...maps]) =>
    maps.flatMap((map): Value[] => {
      const value = map.get(key);
      return value === undefined ? [] : [value];
    }),
  ),
  keys: variadic([], MAP, (maps, budget) => strings(maps.flatMap((map) => keysOf(map, budget)))),
  values: define([MAP], ([map], budget) => keysOf(map, budget).map((key) => map.get(key) ?? null)),
  pick: variadic([MAP], 'string', ([map, ...keys]) => only(map, keys)),
  omit: variadic([MAP], 'string', ([map, ...keys], budget) => {
    const without = new Set(keys);
    return only(
      map,
      keysOf(map, budget).filter((key) => !without.has(key)),
    );
  }),
  merge: merging(mergeOrEmpty, false),
  mergeOverwrite: merging(mergeOrEmpty, true),
  mustMerge: merging(merge, false),
  mustMergeOverwrite: merging(merge, true),
  dig: variadic([], 'any', (args) => dig(args)),
  deepCopy: copy,
  mustDeepCopy: copy,
  deepEqual: define(['any', 'any'], ([a, b], budget) => deepEqual(a, b, budget)),
};
