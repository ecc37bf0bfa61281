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
import { memberSchema, type Schema } from './schema.ts';
import { itemElement, TypedError } from './typed/kind.ts';

/**
 * Types, and for custom resources required fields, the constraints of the schema and the keys of lists.
 * (Of a built-in kind Go reads what is missing as its zero; what must be there is a matter of `validateObject`.)
 */
export function validateTypes(schema: Schema, object: unknown): FieldError[] {
  const found: Found = { errors: [], budget: matchBudget() };
  visit(schema, object, '', schema.name === undefined, found);
  const { at } = found.budget;
  return at === undefined ? found.errors : [...found.errors, forbidden(at, TOO_MUCH_WORK)];
}

/** The same for a part of a custom resource, such as a default; its fields are named from `path` on. */
export function validateValue(schema: Schema, value: unknown, path: string): FieldError[] {
  const found: Found = { errors: [], budget: matchBudget() };
  visit(schema, value, path, true, found);
  return found.errors;
}

const TOO_MUCH_WORK = 'the object takes too much work to be checked against the schema of its kind';

interface Found {
  readonly errors: FieldError[];
  readonly budget: MatchBudget;
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

function visit(schema: Schema, value: unknown, path: string, isCustom: boolean, found: Found): void {
  const { errors, budget } = found;
  if (errors.length >= MOST_ERRORS) return;
  const kind = kindOf(value);
  const problem = mismatch(schema, value, kind, path, isCustom);
  if (problem) {
    errors.push(problem);
    return;
  }
  if (kind === 'null') return;
  if (isCustom) errors.push(...checkConstraints(schema, value, path, budget));
  if (Array.isArray(value)) visitItems(schema, value, path, isCustom, found);
  else if (isObject(value)) visitMembers(schema, value, path, isCustom, found);
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
  return formatMismatch(schema, value, path);
}

const RANGES: Readonly<Record<string, readonly [lowest: number | bigint, highest: number | bigint]>> = {
  int32: [-(2 ** 31), 2 ** 31 - 1],
  int64: [-(2n ** 63n), 2n ** 63n - 1n],
};
const DATE_TIME = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)$/;

function formatMismatch({ format }: Schema, value: unknown, path: string): FieldError | undefined {
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

function visitMembers(
  schema: Schema,
  object: JsonObject,
  path: string,
  isCustom: boolean,
  found: Found,
): void {
  if (isCustom) {
    for (const key of schema.required ?? []) {
      if (object[key] === undefined) found.errors.push(required(join(path, key)));
    }
  }
  for (const key in object) {
    const child = memberSchema(schema, key);
    if (child && object[key] !== undefined) {
      // The metadata of a custom resource is a built-in type.
      visit(child, object[key], join(path, key), isCustom && child.name === undefined, found);
    }
  }
}

function visitItems(
  schema: Schema,
  items: readonly unknown[],
  path: string,
  isCustom: boolean,
  found: Found,
): void {
  const { items: child } = schema;
  if (child) {
    for (const [i, item] of items.entries()) {
      visit(child, item, `${path}[${i}]`, isCustom && child.name === undefined, found);
    }
  }
  if (isCustom) found.errors.push(...doubledItems(schema, items, path).slice(0, MOST_ERRORS));
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
