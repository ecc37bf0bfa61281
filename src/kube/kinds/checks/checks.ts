import { deepEqual } from '../../values/equal.ts';
import {
  duplicate,
  type FieldError,
  invalid,
  notSupported,
  required,
  tooLong,
} from '../../values/fielderrors.ts';
import { isNumber } from '../../values/json.ts';
import { labelValue, type NameCheck, qualifiedName } from '../../values/names.ts';
import type { Json, JsonObject } from '../../values/types.ts';
import { listAt, numberAt, objectAt, objectsAt, textAt } from './read.ts';

/** The small checks that rules of many kinds are made of. */

export const none: readonly FieldError[] = [];

/** `path` '' is the object itself. */
const memberOf = (path: string, key: string): string => (path === '' ? key : `${path}.${key}`);

export function named(field: string, value: string, check: NameCheck): readonly FieldError[] {
  const problem = check(value);
  return problem ? [invalid(field, value, problem)] : none;
}

/** Must be there, and be a name. */
export const requiredName = (field: string, value: string, check: NameCheck): readonly FieldError[] =>
  value === '' ? [required(field)] : named(field, value, check);

export function oneOf(
  self: JsonObject,
  key: string,
  path: string,
  supported: readonly string[],
): readonly FieldError[] {
  const value = self[key];
  const isFine = value === undefined || value === '' || supported.includes(String(value));
  return isFine ? none : [notSupported(memberOf(path, key), value, supported)];
}

export function atLeast(self: JsonObject, key: string, path: string, lowest: number): readonly FieldError[] {
  const value = numberAt(self, key);
  if (value === undefined || value >= lowest) return none;
  return [invalid(memberOf(path, key), value, `must be greater than or equal to ${lowest}`)];
}

export function portNumber(field: string, value: Json | undefined): readonly FieldError[] {
  if (typeof value !== 'number' || (Number.isInteger(value) && value >= 1 && value <= 65535)) return none;
  return [invalid(field, value, 'must be between 1 and 65535, inclusive')];
}

/** IANA service name: 15 characters, a letter among them, hyphens inside only. */
const SERVICE_NAME = /^(?=.{1,15}$)(?=.*[a-z])(?!.*--)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/;
export const servicePortName: NameCheck = (name) =>
  SERVICE_NAME.test(name)
    ? undefined
    : 'must be an IANA service name: at most 15 lower case alphanumeric characters or single hyphens inside, at least one a letter';

/** A number in range, or the name of a port. */
export function portOrName(field: string, value: Json | undefined): readonly FieldError[] {
  return typeof value === 'string' ? named(field, value, servicePortName) : portNumber(field, value);
}

export function labels(values: JsonObject, field: string): readonly FieldError[] {
  return Object.entries(values).flatMap(([key, value]): FieldError[] => {
    const ofKey = qualifiedName(key);
    const ofValue = typeof value === 'string' ? labelValue(value) : undefined;
    return [
      ...(ofKey ? [invalid(field, key, ofKey)] : []),
      ...(ofValue ? [invalid(field, value, ofValue)] : []),
    ];
  });
}

const MOST_ANNOTATION_BYTES = 256 * 1024;

export function annotations(values: JsonObject, field: string): readonly FieldError[] {
  let bytes = 0;
  const errors = Object.entries(values).flatMap(([key, value]): FieldError[] => {
    bytes += Buffer.byteLength(key) + (typeof value === 'string' ? Buffer.byteLength(value) : 0);
    const problem = qualifiedName(key.toLowerCase());
    return problem ? [invalid(field, key, problem)] : [];
  });
  return bytes > MOST_ANNOTATION_BYTES ? [...errors, tooLong(field, MOST_ANNOTATION_BYTES)] : errors;
}

/** Every item that repeats the name of an earlier one. */
export function duplicates(
  items: readonly JsonObject[],
  key: string,
  path: string,
  seen: Set<string> = new Set(),
): readonly FieldError[] {
  return items.flatMap((item, i) => {
    const name = textAt(item, key);
    if (name === '') return [];
    if (seen.has(name)) return [duplicate(`${path}[${i}].${key}`, name)];
    seen.add(name);
    return [];
  });
}

const IMMUTABLE = 'field is immutable';
export function immutable(
  field: string,
  value: Json | undefined,
  old: Json | undefined,
): readonly FieldError[] {
  return deepEqual(value ?? null, old ?? null) ? none : [invalid(field, value ?? null, IMMUTABLE)];
}

const OPERATORS = ['In', 'NotIn', 'Exists', 'DoesNotExist'];

/** A LabelSelector (apimachinery `metav1/validation`). */
export function labelSelector(selector: JsonObject, path: string): readonly FieldError[] {
  return [
    ...labels(objectAt(selector, 'matchLabels'), `${path}.matchLabels`),
    ...objectsAt(selector, 'matchExpressions').flatMap((expression, i) => {
      const at = `${path}.matchExpressions[${i}]`;
      const operator = textAt(expression, 'operator');
      const count = listAt(expression, 'values').length;
      return [
        ...requiredName(`${at}.key`, textAt(expression, 'key'), qualifiedName),
        ...(OPERATORS.includes(operator)
          ? []
          : [invalid(`${at}.operator`, operator, 'not a valid selector operator')]),
        ...((operator === 'In' || operator === 'NotIn') && count === 0
          ? [required(`${at}.values`, "must be specified when `operator` is 'In' or 'NotIn'")]
          : []),
      ];
    }),
  ];
}

export const isEmptySelector = (selector: JsonObject): boolean =>
  Object.keys(objectAt(selector, 'matchLabels')).length === 0 &&
  listAt(selector, 'matchExpressions').length === 0;

/** A count or a percentage such as 25%. */
export function countOrPercent(field: string, value: Json | undefined): readonly FieldError[] {
  if (typeof value === 'string') {
    if (!/^\d+%$/.test(value)) {
      return [
        invalid(
          field,
          value,
          "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%', or '93%', regex used for validation is '[0-9]+%')",
        ),
      ];
    }
    return none;
  }
  return isNumber(value) && value < 0 ? [invalid(field, value, 'must be greater than or equal to 0')] : none;
}

/** Of a percentage; a count has no such bound. */
export function upTo100Percent(field: string, value: Json | undefined): readonly FieldError[] {
  const percent = percentOf(value);
  return percent !== undefined && percent > 100
    ? [invalid(field, value, 'must not be greater than 100%')]
    : none;
}

/** `25%` and 25 alike, to tell whether it is nothing at all. */
export const isZeroCount = (value: Json | undefined): boolean => (percentOf(value) ?? value) === 0;

function percentOf(value: Json | undefined): number | undefined {
  const digits = typeof value === 'string' ? /^(\d+)%$/.exec(value)?.[1] : undefined;
  return digits === undefined ? undefined : Number(digits);
}
