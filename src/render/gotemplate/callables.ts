import { elementType, holdsAny } from './kinds.ts';
import {
  type Budget,
  type FunctionTable,
  Num,
  nilMap,
  nilSlice,
  type ParamType,
  type Value,
} from './values.ts';

/**
 * A value as text/template's reflection has it: null is the nil interface, as an element of a map may be;
 * undefined is reflect's zero Value, which holds nothing at all.
 */
export type Reflected = Value | undefined;

/** `reflect.Value` takes everything as it is: the builtins of text/template have it. */
export type Parameter = ParamType | 'reflect.Value';

/** A function as the executor calls it. */
export interface Callable {
  readonly params: readonly Parameter[];
  readonly variadic?: Parameter | undefined;
  /** @throws GoError */
  readonly call: (args: readonly Reflected[], budget: Budget) => Reflected;
  /** `and` and `or` evaluate no more arguments than they need. */
  readonly shortCircuit?: 'and' | 'or';
  /** `slice` does not look into an interface {} for its indexes, where all others do. */
  readonly indexesUnboxed?: true;
  /** `call` wants to know what its first argument is called. */
  readonly named?: (name: string) => Callable['call'];
}

const known = new WeakMap<FunctionTable, ReadonlyMap<string, Callable>>();

/** The functions of a table over the builtins, by name. */
export function callables(
  table: FunctionTable,
  builtins: ReadonlyMap<string, Callable>,
): ReadonlyMap<string, Callable> {
  const found = known.get(table);
  if (found) return found;
  const all = new Map<string, Callable>([...builtins, ...(Object.entries(table) as [string, Callable][])]);
  known.set(table, all);
  return all;
}

/** The name of a type as reflect prints it. */
export function parameterName(type: Parameter): string {
  if (type === 'any') return 'interface {}';
  return type === '[]byte' ? '[]uint8' : type;
}

/** What nil is as a value of a type; undefined for types without one. */
export function nilOf(type: Parameter): Value | undefined {
  if (type === '[]byte') return new Uint8Array();
  if (type === 'map[string]interface {}') return nilMap();
  return type.startsWith('[]') ? nilSlice(type) : undefined;
}

/** Whether a value of some dynamic type may be assigned to a type (reflect's AssignableTo). */
export function isAssignable(value: Value, type: ParamType): boolean {
  switch (type) {
    case 'any':
      return true;
    case 'string':
      return typeof value === 'string';
    case 'bool':
      return typeof value === 'boolean';
    case 'int':
      return typeof value === 'bigint';
    case 'float64':
      return typeof value === 'number';
    case 'int64':
    case 'uint':
      return value instanceof Num && value.type === type;
    case 'map[string]interface {}':
      return value instanceof Map && holdsAny(value);
    case '[]interface {}':
      return Array.isArray(value) && holdsAny(value);
    case '[]string':
      return Array.isArray(value) && elementType(value) === 'string';
    case '[]byte':
      return value instanceof Uint8Array;
  }
}
