import { type Budget, GoError, type GoMap, type GoSlice, typed, typeInfo, type Value } from '../values.ts';
import { checkNesting } from './nesting.ts';

/** mitchellh/copystructure: maps and lists all the way down. Structs do not change, so they stay shared. */
export function deepCopy(value: Value, budget: Budget): Value {
  if (value === null) throw new GoError('reflect: call of reflect.Value.Type on zero Value');
  return copyOf(value, budget, 0);
}

function copyOf(value: Value, budget: Budget, depth: number): Value {
  if (value instanceof Uint8Array) return value.slice();
  if (!(value instanceof Map) && !Array.isArray(value)) return value;
  checkNesting(depth);
  budget.spend(1);
  if (Array.isArray(value))
    return sameType(
      value.map((item) => copyOf(item, budget, depth + 1)),
      value,
    );
  const copy: GoMap = new Map();
  for (const [key, item] of value) copy.set(key, copyOf(item, budget, depth + 1));
  return sameType(copy, value);
}

function sameType<T extends GoMap | GoSlice>(copy: T, original: T): T {
  const type = typeInfo(original);
  return type ? typed(copy, type) : copy;
}
