import { deepEqual, isObject } from '../../../kube/values/equal.ts';
import { type Helper, HelperError, integer, list, map, text } from '../helper.ts';
import { isMap, isTrue, sortedKeys } from '../truth.ts';

type Dict = Readonly<Record<string, unknown>>;

function dict(...pairs: unknown[]): Dict {
  if (pairs.length % 2 !== 0) throw new HelperError('dict: every key needs a value');
  return Object.fromEntries(
    Array.from({ length: pairs.length / 2 }, (_, i) => [text(pairs[2 * i]), pairs[2 * i + 1]]),
  );
}

/** The left map wins, as in sprig's `merge`; nested maps merge too. */
function merge(...maps: unknown[]): Dict {
  return maps.map(map).reduceRight((under, over) => overlay(under, over));
}

function overlay(under: Dict, over: Dict): Dict {
  const result: Record<string, unknown> = { ...under };
  for (const [key, value] of Object.entries(over)) {
    const below = result[key];
    result[key] = isMap(value) && isMap(below) ? overlay(below, value) : value;
  }
  return result;
}

/** `dig "a" "b" fallback map` */
function dig(...args: unknown[]): unknown {
  if (args.length < 3) throw new HelperError('dig needs keys, a fallback and a map');
  const keys = args.slice(0, -2).map(text);
  let value: unknown = args.at(-1);
  for (const key of keys) {
    if (!isMap(value) || !Object.hasOwn(value, key)) return args.at(-2);
    value = value[key];
  }
  return value;
}

/** Go's `index`: keys into maps, positions into lists, one after the other. */
function index(collection: unknown, ...path: unknown[]): unknown {
  return path.reduce<unknown>((at, key) => {
    if (Array.isArray(at)) {
      const i = integer(key);
      if (i < 0 || i >= at.length) throw new HelperError(`index ${i} is outside a list of ${at.length}`);
      return at[i];
    }
    const from = map(at);
    return Object.hasOwn(from, text(key)) ? from[text(key)] : undefined;
  }, collection);
}

const without = (source: unknown, keep: (key: string) => boolean): Dict =>
  Object.fromEntries(Object.entries(map(source)).filter(([key]) => keep(key)));

const contains = (items: readonly unknown[], wanted: unknown): boolean =>
  items.some((item) => deepEqual(item, wanted));

export const COLLECTIONS: Readonly<Record<string, Helper>> = {
  len: (value) =>
    typeof value === 'string'
      ? Buffer.byteLength(value)
      : isObject(value)
        ? Object.keys(value).length
        : list(value).length,
  list: (...items) => items,
  dict,
  get: (source, key) => (isMap(source) && Object.hasOwn(source, text(key)) ? source[text(key)] : undefined),
  // Values are shared between templates, so `set` gives a new map instead of changing the old one.
  set: (source, key, value) => ({ ...map(source), [text(key)]: value }),
  unset: (source, key) => without(source, (k) => k !== text(key)),
  hasKey: (source, key) => isMap(source) && Object.hasOwn(source, text(key)),
  keys: (...sources) => sources.flatMap((source) => sortedKeys(map(source))),
  values: (source) => sortedKeys(map(source)).map((key) => map(source)[key]),
  pick: (source, ...keys) => without(source, (key) => contains(keys, key)),
  omit: (source, ...keys) => without(source, (key) => !contains(keys, key)),
  merge,
  mergeOverwrite: (...maps) => merge(...maps.toReversed()),
  deepCopy: (value) => structuredClone(value),
  dig,
  index,
  first: (items) => list(items)[0],
  last: (items) => list(items).at(-1),
  rest: (items) => list(items).slice(1),
  initial: (items) => list(items).slice(0, -1),
  append: (items, item) => [...list(items), item],
  prepend: (items, item) => [item, ...list(items)],
  concat: (...lists) => lists.flatMap((items) => [...list(items)]),
  reverse: (items) => list(items).toReversed(),
  compact: (items) => list(items).filter(isTrue),
  uniq: (items) =>
    list(items).filter((item, i, all) => all.findIndex((other) => deepEqual(other, item)) === i),
  has: (item, items) => contains(list(items), item),
  without: (items, ...unwanted) => list(items).filter((item) => !contains(unwanted, item)),
};
