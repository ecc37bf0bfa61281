import type { Json } from '../../../kube/values/types.ts';
import { find } from '../paths.ts';
import { eachDocument, eachValue, judged, textParam } from './each.ts';
import type { Check } from './kind.ts';

/** `path`: something is there, be it null. */
export const exists: Check = eachDocument((document, params, subject) => {
  const path = textParam(params, 'path');
  if (find(document, path).length > 0 !== subject.not) return [];
  return [{ message: subject.not ? 'expected not to exist' : 'expected to exist', path }];
});

/** `path`: null, or what Go calls the zero of its type. */
export const isNullOrEmpty: Check = eachValue((actual, _params, subject) =>
  judged(isEmpty(actual), subject, { message: 'expected to be null or empty', actual }),
);

function isEmpty(value: Json): boolean {
  if (Array.isArray(value)) return value.length === 0;
  if (typeof value === 'object' && value !== null) return Object.keys(value).length === 0;
  return value === null || value === '' || value === 0 || value === 0n || value === false;
}

/** `path` and `type`, by the names that Go has for them: string, int, float64, bool, map[string]interface {}, []interface {}. */
export const isType: Check = eachValue((actual, params, subject) => {
  const expected = textParam(params, 'type');
  const type = typeOf(actual);
  return judged(type === expected, subject, { message: 'expected to be of type', expected, actual: type });
});

function typeOf(value: Json): string {
  if (value === null) return '';
  if (Array.isArray(value)) return '[]interface {}';
  switch (typeof value) {
    case 'string':
      return 'string';
    case 'boolean':
      return 'bool';
    case 'number':
      return Number.isInteger(value) ? 'int' : 'float64';
    case 'bigint':
      return 'int';
    default:
      return 'map[string]interface {}';
  }
}
