import { type GoFunction, Num, type ParamType, Struct, strings, type Value } from '../gotemplate/values.ts';
import { HelperError, integer, list, map, number, text } from './helper.ts';
import { isMap } from './truth.ts';

/** What a struct of Go was made into, so that a function that takes one gets it back: the authority that `genCA` gave, say. */
const structs = new WeakMap<object, Struct>();

/** A value of Handlebars as Go has it. Whole numbers are ints, as a literal of a template is. */
export function toGo(value: unknown): Value {
  if (value === undefined || value === null) return null;
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value;
  if (typeof value === 'string' || typeof value === 'boolean' || typeof value === 'bigint') return value;
  if (Array.isArray(value)) return value.map(toGo);
  if (isMap(value))
    return structs.get(value) ?? new Map(Object.entries(value).map(([key, one]) => [key, toGo(one)]));
  return text(value);
}

/** The reverse: numbers of every type are numbers, a time is its text of RFC 3339, bytes are base64. */
export function fromGo(value: Value): unknown {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'bigint') return Number(value);
  if (value instanceof Num) return Number(value.value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (Array.isArray(value)) return value.map(fromGo);
  if (!(value instanceof Struct)) return fromMap(value);
  if (value.json) return fromGo(value.json());
  const made = fromMap(value.fields);
  structs.set(made, value);
  return made;
}

const fromMap = (members: ReadonlyMap<string, Value>): Record<string, unknown> =>
  Object.fromEntries([...members].map(([key, one]) => [key, fromGo(one)]));

/** The arguments of a helper as a function of Go declares them. @throws HelperError where one cannot be that */
export function goArguments({ params, variadic }: GoFunction, args: readonly unknown[]): Value[] {
  const few = args.length < params.length;
  if (few || (args.length > params.length && variadic === undefined)) {
    const least = variadic === undefined ? '' : 'at least ';
    throw new HelperError(`it takes ${least}${params.length} arguments, and was given ${args.length}`);
  }
  return args.map((arg, i) => asType(arg, params[i] ?? variadic ?? 'any'));
}

function asType(value: unknown, type: ParamType): Value {
  switch (type) {
    case 'any':
      return toGo(value);
    case 'string':
      return text(value);
    case 'bool':
      if (typeof value === 'boolean') return value;
      throw new HelperError(`expected true or false, got ${JSON.stringify(value) ?? 'nothing'}`);
    case 'int':
    case 'int64':
    case 'uint':
      return BigInt(integer(value));
    case 'float64':
      return number(value);
    case '[]string':
      return strings(list(value).map(text));
    case '[]byte':
      return new TextEncoder().encode(text(value));
    case '[]interface {}':
      return toGo(list(value));
    case 'map[string]interface {}':
      return toGo(map(value));
  }
}
