import { display } from '../format/sprint.ts';
import { kindOf } from '../kinds.ts';
import { type Budget, GoError, type GoSlice, Num, textOf, typeInfo, type Value } from '../values.ts';

/** sprig's strval: a string as it is, bytes as text, all else by `%v`. */
export function strval(value: Value, budget: Budget): string {
  if (typeof value === 'string') return value;
  return value instanceof Uint8Array ? textOf(value) : display(value, budget);
}

/** sprig's strslice: the texts of what a list holds, without nil; what is no list is a list of itself. */
export function strslice(value: Value, budget: Budget): string[] {
  const items = elementsOf(value);
  if (!items) return value === null ? [] : [strval(value, budget)];
  budget.spend(items.length);
  return items.flatMap((item) => (item === null ? [] : [strval(item, budget)]));
}

/** The elements of a slice of any type; undefined for what is none. */
export function elementsOf(value: Value): GoSlice | undefined {
  if (Array.isArray(value)) return value;
  if (value instanceof Uint8Array) return Array.from(value, (byte) => new Num('uint8', BigInt(byte)));
  return undefined;
}

export const isStringSlice = (value: Value): value is GoSlice =>
  Array.isArray(value) && typeInfo(value)?.name === '[]string';

/** What Go's runtime says when a method of nil is called, as `reflect.TypeOf(nil).Kind()` does. */
export const NIL_DEREFERENCE = 'runtime error: invalid memory address or nil pointer dereference';

/** reflect.TypeOf(value).Kind(), in words. @throws GoError for nil */
export function kindName(value: Value): string {
  if (value === null) throw new GoError(NIL_DEREFERENCE);
  return kindOf(value);
}
