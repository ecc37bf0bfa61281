import { sprint } from '../../../src/render/gotemplate/format/sprint.ts';
import { sprintf } from '../../../src/render/gotemplate/format/sprintf.ts';
import { define, variadic } from '../../../src/render/gotemplate/functions/define.ts';
import {
  type FunctionTable,
  GoError,
  type ParamType,
  type Value,
} from '../../../src/render/gotemplate/values.ts';

/** `isInt` and its like say what they were given: one for each type of a parameter. */
const takes = (type: ParamType, show: (value: Value) => string) =>
  ({ params: [type], call: ([value = null]) => show(value) }) satisfies FunctionTable[string];

const size = (value: Value): number =>
  value instanceof Map ? value.size : Array.isArray(value) || value instanceof Uint8Array ? value.length : -1;

/** The functions that the case files use. */
export const FUNCTIONS: FunctionTable = {
  list: variadic([], 'any', (items) => [...items]),
  dict: variadic([], 'any', (items) => {
    const map = new Map<string, Value>();
    for (let i = 0; i + 1 < items.length; i += 2) map.set(sprint([items[i] ?? null]), items[i + 1] ?? null);
    return map;
  }),
  add: define(['int', 'int'], ([a, b]) => a + b),
  fails: define(['string'], ([message]) => {
    throw new GoError(message);
  }),
  isString: takes('string', (value) => `string ${value}`),
  isBool: takes('bool', (value) => `bool ${value}`),
  isInt: takes('int', (value) => `int ${value}`),
  isInt64: takes('int64', (value) => `int64 ${value}`),
  isUint: takes('uint', (value) => `uint ${value}`),
  isFloat: takes('float64', (value) => sprint(['float64 ', value])),
  isMap: takes('map[string]interface {}', (value) => `map ${size(value)}`),
  isSlice: takes('[]interface {}', (value) => `slice ${size(value)}`),
  isStrings: takes('[]string', (value) => `strings ${size(value)}`),
  isBytes: takes('[]byte', (value) => `bytes ${size(value)}`),
  isAny: takes('any', (value) => sprintf('any %T %v', [value, value])),
  nothing: define([], () => null),
  some: define([], () => 'some'),
  join: variadic(['string'], 'string', ([separator, ...items]) => items.join(separator)),
  pair: variadic(['string', 'int'], 'any', ([a, b, ...rest]) => sprint([a, b, BigInt(rest.length)])),
};
