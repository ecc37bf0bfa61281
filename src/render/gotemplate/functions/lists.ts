import { isTrue } from '../kinds.ts';
import {
  type Budget,
  type FunctionTable,
  GoError,
  type GoSlice,
  nilSlice,
  typed,
  typeInfo,
  type Value,
} from '../values.ts';
import { castToInt } from './casts.ts';
import { deepEqual } from './deepequal.ts';
import { define, variadic } from './define.ts';
import { elementsOf, kindName } from './texts.ts';

/** The elements of a list of any type. @throws GoError `Cannot push on type map` */
function itemsOf(list: Value, complaint: string, budget: Budget): GoSlice {
  const items = elementsOf(list);
  if (!items) throw new GoError(`${complaint} ${kindName(list)}`);
  budget.spend(items.length);
  return items;
}

function includes(items: readonly Value[], wanted: Value, budget: Budget): boolean {
  budget.spend(items.length);
  return items.some((item) => deepEqual(wanted, item, budget));
}

/** Each value once. Plain ones, of which lists are long, are looked up; all else is compared. NaN equals nothing. */
function unique(items: GoSlice, budget: Budget): GoSlice {
  const plain = new Set<Value>();
  const others: Value[] = [];
  return items.filter((item) => {
    const isPlain = typeof item !== 'object' || item === null;
    const seen = isPlain ? plain.has(item) && !Number.isNaN(item) : includes(others, item, budget);
    if (isPlain) plain.add(item);
    else if (!seen) others.push(item);
    return !seen;
  });
}

const BAD_LENGTH = 'runtime error: makeslice: len out of range';

/** Lists of `size` elements; the last has what is left. Sizes below one are as odd as Go's arithmetic makes them. */
function chunk(size: number, items: GoSlice, budget: Budget): GoSlice {
  const count = Math.floor((items.length - 1) / size) + 1;
  if (!(count >= 0 && count <= items.length + 1)) throw new GoError(BAD_LENGTH);
  budget.spend(count);
  const chunks = Array.from({ length: count }, (_, i): Value => {
    const length = i === count - 1 ? Math.floor(items.length % size) || size : size;
    if (length < 0) throw new GoError(BAD_LENGTH);
    return items.slice(i * size, i * size + length);
  });
  return typed(chunks, { name: '[][]interface {}' });
}

/** `list[from:to]`, of the same type. Nil where the list is empty, whatever the bounds are. */
function slice(list: Value, indices: readonly Value[], budget: Budget): Value {
  const items = itemsOf(list, 'list should be type of slice or array but', budget);
  if (items.length === 0) return null;
  const [from, to] = indices.map((index) => Number(castToInt(index)));
  const [start, end] = [from ?? 0, to ?? items.length];
  if (start < 0 || end < start || end > items.length)
    throw new GoError('reflect.Value.Slice: slice index out of bounds');
  if (list instanceof Uint8Array) return list.subarray(start, end);
  const type = Array.isArray(list) ? typeInfo(list) : undefined;
  const part = items.slice(start, end);
  return type ? typed(part, type) : part;
}

function concat(lists: readonly Value[], budget: Budget): GoSlice {
  const all = lists.flatMap((list) => {
    const items = elementsOf(list);
    if (!items) throw new GoError(`Cannot concat type ${kindName(list)} as list`);
    budget.spend(items.length);
    return items;
  });
  return all.length > 0 ? all : nilSlice('[]interface {}');
}

/** What is left of a list that may have had nothing: nil then. */
const remaining = (items: GoSlice, from: number, to: number): GoSlice =>
  items.length > 0 ? items.slice(from, to) : nilSlice('[]interface {}');

/** Functions that have a twin with `must` before the name: it returns the error with which the other panics. */
const PANICKING: FunctionTable = {
  append: define(['any', 'any'], ([list, value], budget) => [
    ...itemsOf(list, 'Cannot push on type', budget),
    value,
  ]),
  push: define(['any', 'any'], ([list, value], budget) => [
    ...itemsOf(list, 'Cannot push on type', budget),
    value,
  ]),
  prepend: define(['any', 'any'], ([list, value], budget) => [
    value,
    ...itemsOf(list, 'Cannot prepend on type', budget),
  ]),
  first: define(['any'], ([list], budget) => itemsOf(list, 'Cannot find first on type', budget)[0] ?? null),
  last: define(['any'], ([list], budget) => itemsOf(list, 'Cannot find last on type', budget).at(-1) ?? null),
  rest: define(['any'], ([list], budget) => {
    const items = itemsOf(list, 'Cannot find rest on type', budget);
    return remaining(items, 1, items.length);
  }),
  initial: define(['any'], ([list], budget) => {
    const items = itemsOf(list, 'Cannot find initial on type', budget);
    return remaining(items, 0, items.length - 1);
  }),
  reverse: define(['any'], ([list], budget) =>
    [...itemsOf(list, 'Cannot find reverse on type', budget)].reverse(),
  ),
  compact: define(['any'], ([list], budget) =>
    itemsOf(list, 'Cannot compact on type', budget).filter((item) => isTrue(item)),
  ),
  uniq: define(['any'], ([list], budget) =>
    unique(itemsOf(list, 'Cannot find uniq on type', budget), budget),
  ),
  without: variadic(['any'], 'any', ([list, ...omitted], budget) =>
    itemsOf(list, 'Cannot find without on type', budget).filter((item) => !includes(omitted, item, budget)),
  ),
  has: define(
    ['any', 'any'],
    ([needle, list], budget) =>
      list !== null && includes(itemsOf(list, 'Cannot find has on type', budget), needle, budget),
  ),
  slice: variadic(['any'], 'any', ([list, ...indices], budget) => slice(list, indices, budget)),
  chunk: define(['int', 'any'], ([size, list], budget) =>
    chunk(Number(size), itemsOf(list, 'Cannot chunk type', budget), budget),
  ),
};

const mustName = (name: string): string => `must${name.charAt(0).toUpperCase()}${name.slice(1)}`;

const list = variadic([], 'any', (items) => [...items]);

export const LISTS: FunctionTable = {
  ...PANICKING,
  ...Object.fromEntries(Object.entries(PANICKING).map(([name, row]) => [mustName(name), row])),
  list,
  tuple: list,
  concat: variadic([], 'any', (lists, budget) => concat(lists, budget)),
};
