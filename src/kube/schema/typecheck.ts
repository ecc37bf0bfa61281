import { canonicalJson, isObject } from '../values/equal.ts';
import {
  duplicate,
  type FieldError,
  forbidden,
  invalid,
  required,
  typeInvalid,
} from '../values/fielderrors.ts';
import { isNumber, parseJson, stringifyJson } from '../values/json.ts';
import { type MatchBudget, matchBudget } from '../values/pattern.ts';
import { parseQuantity } from '../values/quantity.ts';
import type { JsonObject } from '../values/types.ts';
import { checkConstraints } from './constraints.ts';
import { type Before, before } from './correlation.ts';
import { formatHolds } from './formats.ts';
import { memberSchema, type Schema } from './schema.ts';
import { itemElement, TypedError } from './typed/kind.ts';

/**
 * Types, and for custom resources required fields, the constraints of the schema and the keys of lists.
 * (Of a built-in kind Go reads what is missing as its zero; what must be there is a matter of `validateObject`.)
 * With `old`, an update lets pass what is wrong with a value that it does not change: the schema may be newer than the object
 * (KEP-4008, apiextensions `apiserver/validation/ratcheting.go`).
 */
export function validateTypes(schema: Schema, object: unknown, old?: unknown): FieldError[] {
  const isCustom = schema.name === undefined;
  const found = check(schema, {
    value: object,
    path: '',
    isCustom,
    was: isCustom ? before(schema, old) : undefined,
    same: old,
  });
  const { errors, doubled, budget } = found;
  const isDoubledAlready = doubled.length > 0 && isCustom && old !== undefined && hasDoubled(schema, old);
  return [
    ...errors,
    ...(isDoubledAlready ? [] : doubled),
    ...(budget.at === undefined ? [] : [forbidden(budget.at, TOO_MUCH_WORK)]),
  ];
}

/** The same for a part of a custom resource, such as a default; its fields are named from `path` on. */
export function validateValue(schema: Schema, value: unknown, path: string): FieldError[] {
  const { errors, doubled } = check(schema, { value, path, isCustom: true, was: undefined, same: undefined });
  return [...errors, ...doubled];
}

function check(schema: Schema, place: Place): Found {
  const found: Found = { errors: [], doubled: [], budget: matchBudget() };
  visit(schema, place, found);
  return found;
}

const hasDoubled = (schema: Schema, old: unknown): boolean =>
  check(schema, { value: old, path: '', isCustom: true, was: undefined, same: undefined }).doubled.length > 0;

const TOO_MUCH_WORK = 'the object takes too much work to be checked against the schema of its kind';

interface Found {
  readonly errors: FieldError[];
  /** Items that a list has twice: unlike other errors they pass where the old object had any. */
  readonly doubled: FieldError[];
  readonly budget: MatchBudget;
}

interface Place {
  readonly value: unknown;
  readonly path: string;
  readonly isCustom: boolean;
  /** What it was before an update. */
  readonly was: Before | undefined;
  /** What stood at this place before an update, of a list by position: one object, one reference, and checked when it was written. */
  readonly same: unknown;
}

/** Nobody reads more, and an object of a megabyte can be wrong in a hundred thousand places. */
const MOST_ERRORS = 1000;

type Kind = 'null' | 'array' | 'object' | 'string' | 'number' | 'integer' | 'boolean';

function kindOf(value: unknown): Kind {
  if (value === null || value === undefined) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'bigint') return 'integer';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value === 'string' || typeof value === 'boolean'
    ? (typeof value as 'string' | 'boolean')
    : 'object';
}

/** Whether the value is known to have changed: then so has what holds it, and need not be compared. */
function visit(schema: Schema, place: Place, found: Found): boolean {
  const { errors } = found;
  const { value, was, same } = place;
  if (typeof value === 'object' && value !== null && value === same) return false;
  if (errors.length >= MOST_ERRORS) return true;
  const first = errors.length;
  const hasChanged = visitNode(schema, place, found);
  if (was === undefined || hasChanged || errors.length === first) return hasChanged;
  if (!was.equals(value)) return true;
  errors.length = first;
  return false;
}

function visitNode(schema: Schema, place: Place, found: Found): boolean {
  const { value, path, isCustom, was } = place;
  const kind = kindOf(value);
  const problem = mismatch(schema, value, kind, path, isCustom);
  if (problem) {
    found.errors.push(problem);
    return false;
  }
  if (kind === 'null') return false;
  if (isCustom) found.errors.push(...checkConstraints(schema, { value, path, was }, found.budget));
  if (Array.isArray(value)) return visitItems(schema, value, place, found);
  return isObject(value) && visitMembers(schema, value, place, found);
}

function mismatch(
  schema: Schema,
  value: unknown,
  kind: Kind,
  path: string,
  isCustom: boolean,
): FieldError | undefined {
  if (kind === 'null') {
    // Nulls of built-in kinds were dropped when the object was read.
    return !isCustom || schema.nullable || !schema.type ? undefined : typeInvalid(path, 'null', schema.type);
  }
  if (schema.intOrString) {
    return kind === 'integer' || kind === 'string' ? undefined : typeInvalid(path, kind, 'integer,string');
  }
  if (schema.quantity) {
    const isQuantity = (typeof value === 'string' || isNumber(value)) && parseQuantity(value) !== undefined;
    return isQuantity
      ? undefined
      : invalid(
          path,
          value,
          'quantities must match a number with an optional suffix such as m, k, Ki, M or Mi',
        );
  }
  const { type } = schema;
  if (type !== undefined && type !== kind && !(type === 'number' && kind === 'integer')) {
    return typeInvalid(path, kind, type);
  }
  return isCustom ? formatMismatch(schema, value, path) : builtinFormatMismatch(schema, value, path);
}

const RANGES: Readonly<Record<string, readonly [lowest: number | bigint, highest: number | bigint]>> = {
  int32: [-(2 ** 31), 2 ** 31 - 1],
  int64: [-(2n ** 63n), 2n ** 63n - 1n],
};
const DATE_TIME = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)$/;

/** As kube-openapi has it: of strings alone. */
const formatMismatch = ({ format }: Schema, value: unknown, path: string): FieldError | undefined =>
  format !== undefined && typeof value === 'string' && formatHolds(format, value) === false
    ? typeInvalid(path, value, format)
    : undefined;

/** What Go's types cannot hold. */
function builtinFormatMismatch({ format }: Schema, value: unknown, path: string): FieldError | undefined {
  if (format === 'date-time' && typeof value === 'string') {
    const isTime = DATE_TIME.test(value) && !Number.isNaN(Date.parse(value));
    return isTime
      ? undefined
      : invalid(path, value, `${path} in body must be of type date-time: ${JSON.stringify(value)}`);
  }
  const range = format === undefined ? undefined : RANGES[format];
  if (!range || !isNumber(value) || (value >= range[0] && value <= range[1])) return undefined;
  return invalid(path, value, `${path} in body must be of type ${format}: ${stringifyJson(value)}`);
}

function visitMembers(schema: Schema, object: JsonObject, place: Place, found: Found): boolean {
  const { path, isCustom, was } = place;
  const old = isObject(place.same) ? place.same : undefined;
  if (isCustom) {
    for (const key of schema.required ?? []) {
      if (object[key] === undefined) found.errors.push(required(join(path, key)));
    }
  }
  let hasChanged = false;
  for (const key in object) {
    const value = object[key];
    const child = memberSchema(schema, key);
    if (!child || value === undefined) continue;
    const member = {
      value,
      path: join(path, key),
      // The metadata of a custom resource is a built-in type.
      isCustom: isCustom && child.name === undefined,
      was: was?.member(key),
      same: old?.[key],
    };
    hasChanged = visit(child, member, found) || hasChanged;
  }
  return hasChanged;
}

function visitItems(schema: Schema, items: readonly unknown[], place: Place, found: Found): boolean {
  const { path, isCustom, was } = place;
  const old = Array.isArray(place.same) ? place.same : undefined;
  const { items: child } = schema;
  let hasChanged = false;
  if (child) {
    for (const [i, value] of items.entries()) {
      const item = {
        value,
        path: `${path}[${i}]`,
        isCustom: isCustom && child.name === undefined,
        was: was?.item(value),
        same: old?.[i],
      };
      hasChanged = visit(child, item, found) || hasChanged;
    }
  }
  if (isCustom) found.doubled.push(...doubledItems(schema, items, path).slice(0, MOST_ERRORS));
  return hasChanged;
}

/** Two items with one key cannot both be owned: custom resources refuse them, built-in kinds say so where it matters. */
function doubledItems(schema: Schema, items: readonly unknown[], path: string): FieldError[] {
  if (schema.listType !== 'set' && schema.listType !== 'map') return [];
  const seen = new Set<string>();
  const unkeyed = new Set<string>();
  return items.flatMap((item, i): FieldError[] => {
    try {
      const element = itemElement(schema, item);
      if (seen.has(element)) return [duplicate(`${path}[${i}]`, parseJson(element.slice(2)))];
      seen.add(element);
    } catch (error) {
      if (!(error instanceof TypedError)) throw error;
      const isAlreadyReported = schema.listType === 'map' && !isObject(item);
      if (!isAlreadyReported) {
        const text = canonicalJson(item);
        const before = unkeyed.has(text);
        unkeyed.add(text);
        if (before) return [duplicate(`${path}[${i}]`, item)];
      }
    }
    return [];
  });
}

export const join = (path: string, key: string): string => (path === '' ? key : `${path}.${key}`);
