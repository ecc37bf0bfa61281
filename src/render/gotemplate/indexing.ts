/** `index`, `slice` and `len` of text/template (funcs.go). */
import type { Reflected } from './callables.ts';
import { byteLength, elementType, integerOf, kindOf, lengthOf, typeOf, zeroOf } from './kinds.ts';
import {
  type Budget,
  bytesOf,
  GoError,
  type GoMap,
  Num,
  textOf,
  typed,
  typeInfo,
  type Value,
} from './values.ts';

/** @throws GoError */
export function length(item: Reflected, budget: Budget): bigint {
  if (item === undefined) throw new GoError('reflect: call of reflect.Value.Type on zero Value');
  if (item === null) throw new GoError('len of nil pointer');
  charge(item, budget);
  const found = lengthOf(item);
  if (found === undefined) throw new GoError(`len of type ${pointedType(item)}`);
  return BigInt(found);
}

/** A string is read as bytes, all of it. */
function charge(item: Value, budget: Budget): void {
  if (typeof item === 'string') budget.spend(item.length >> 6);
}

/** Pointers are followed before a type is named. */
const pointedType = (item: Value): string => typeOf(item).replace(/^\*+/, '');

/** `index x 1 "a"` is `x[1]["a"]`. @throws GoError */
export function index(item: Reflected, indexes: readonly Reflected[], budget: Budget): Value {
  if (item === undefined || item === null) throw new GoError('index of untyped nil');
  let current: Value = item;
  for (const at of indexes) {
    if (current === null) throw new GoError('index of nil pointer');
    charge(current, budget);
    current = element(current, at);
  }
  return current;
}

function element(item: Exclude<Value, null>, at: Reflected): Value {
  if (item instanceof Map) return entry(item, at);
  if (typeof item === 'string') return new Num('uint8', BigInt(inside(bytesOf(item), at, 'string')));
  if (item instanceof Uint8Array) return new Num('uint8', BigInt(inside(item, at, 'slice')));
  if (Array.isArray(item)) return inside(item, at, 'slice');
  throw new GoError(`can't index item of type ${pointedType(item)}`);
}

function inside<T>(items: ArrayLike<T>, at: Reflected, kind: 'string' | 'slice'): T {
  const found = items[indexOf(at, items.length)];
  // One past the end passes as an index, for `slice`.
  if (found === undefined) throw new GoError(`reflect: ${kind} index out of range`);
  return found;
}

function entry(map: GoMap, key: Reflected): Value {
  if (key === undefined || key === null) throw new GoError('value is nil; should be of type string');
  if (typeof key !== 'string') throw new GoError(`value has type ${typeOf(key)}; should be string`);
  return map.get(key) ?? zeroOf(elementType(map));
}

function indexOf(at: Reflected, most: number): number {
  if (at === undefined || at === null) throw new GoError('cannot index slice/array with nil');
  const integer = integerOf(at);
  if (integer === undefined) throw new GoError(`cannot index slice/array with type ${typeOf(at)}`);
  const signed = BigInt.asIntN(64, integer);
  if (signed < 0n || signed > BigInt(most)) throw new GoError(`index out of range: ${signed}`);
  return Number(signed);
}

/** `slice x 1 2` is `x[1:2]`; a list here has no capacity beyond its length. @throws GoError */
export function slice(item: Reflected, indexes: readonly Reflected[], budget: Budget): Value {
  if (item === undefined || item === null) throw new GoError('slice of untyped nil');
  if (indexes.length > 3) throw new GoError(`too many slice indexes: ${indexes.length}`);
  if (typeof item === 'string' && indexes.length === 3) throw new GoError('cannot 3-index slice a string');
  if (kindOf(item) !== 'slice' && typeof item !== 'string')
    throw new GoError(`can't slice item of type ${pointedType(item)}`);
  charge(item, budget);
  const size = typeof item === 'string' ? byteLength(item) : (lengthOf(item) ?? 0);
  const given = indexes.map((at) => indexOf(at, size));
  const [from = 0, to = size, most = size] = given;
  if (from > to) throw new GoError(`invalid slice index: ${from} > ${to}`);
  if (to > most) throw new GoError(`invalid slice index: ${to} > ${most}`);
  return part(item, from, to);
}

function part(item: Value, from: number, to: number): Value {
  if (typeof item === 'string') return textOf(bytesOf(item).subarray(from, to));
  if (item instanceof Uint8Array) return item.subarray(from, to);
  if (!Array.isArray(item)) return item;
  const type = typeInfo(item);
  const items = item.slice(from, to);
  return type ? typed(items, type) : items;
}
