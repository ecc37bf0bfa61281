import { canonicalJson, deepEqual, isObject } from '../values/equal.ts';
import { type FieldError, invalid, notSupported, tooLong, tooMany } from '../values/fielderrors.ts';
import { isNumber } from '../values/json.ts';
import { type MatchBudget, matchRegex, spend } from '../values/pattern.ts';
import type { Before } from './correlation.ts';
import { memberSchema, type Schema } from './schema.ts';

export interface Constrained {
  readonly value: unknown;
  readonly path: string;
  /** What it was before an update: what is wrong with a value that has not changed is let pass, below junctors as elsewhere. */
  readonly was: Before | undefined;
}

/**
 * What a CRD's schema demands of a value beyond its type, worded as kube-openapi does. Members are not visited.
 * Branches, members of enums and characters matched are paid from the budget, for schema and object multiply; once it
 * is used up nothing is checked any more, and validateTypes refuses the object.
 */
export function checkConstraints(schema: Schema, place: Constrained, budget: MatchBudget): FieldError[] {
  const { value, path } = place;
  return [
    ...checkEnum(schema, value, path, budget),
    ...(isNumber(value) ? checkNumber(schema, value, path) : []),
    ...(typeof value === 'string' ? checkString(schema, value, path, budget) : []),
    ...(Array.isArray(value) ? checkItems(schema, value, path) : []),
    ...(isObject(value) ? checkMembers(schema, Object.keys(value).length, path) : []),
    ...checkJunctors(schema, place, budget),
  ];
}

const BRANCH_STEPS = 20;

const body = (path: string): string => `${path} in body`;

function checkEnum(schema: Schema, value: unknown, path: string, budget: MatchBudget): FieldError[] {
  if (!spend(budget, schema.enum?.length ?? 0, path)) return [];
  const isListed = !schema.enum || schema.enum.some((allowed) => deepEqual(allowed, value));
  return isListed ? [] : [notSupported(path, value, schema.enum ?? [])];
}

function checkNumber(schema: Schema, value: number | bigint, path: string): FieldError[] {
  const { minimum, maximum, multipleOf } = schema;
  const errors: FieldError[] = [];
  const fail = (what: string) => errors.push(invalid(path, value, `${body(path)} should be ${what}`));
  if (minimum !== undefined && (schema.exclusiveMinimum ? value <= minimum : value < minimum)) {
    fail(`greater than ${schema.exclusiveMinimum ? '' : 'or equal to '}${minimum}`);
  }
  if (maximum !== undefined && (schema.exclusiveMaximum ? value >= maximum : value > maximum)) {
    fail(`less than ${schema.exclusiveMaximum ? '' : 'or equal to '}${maximum}`);
  }
  if (multipleOf !== undefined && !isMultiple(value, multipleOf)) fail(`a multiple of ${multipleOf}`);
  return errors;
}

const isMultiple = (value: number | bigint, of: number): boolean =>
  typeof value === 'bigint' && Number.isSafeInteger(of)
    ? value % BigInt(of) === 0n
    : Number.isInteger(Number(value) / of);

function checkString(schema: Schema, value: string, path: string, budget: MatchBudget): FieldError[] {
  const errors: FieldError[] = [];
  const length = [...value].length;
  if (schema.minLength !== undefined && length < schema.minLength) {
    errors.push(invalid(path, value, `${body(path)} should be at least ${schema.minLength} chars long`));
  }
  if (schema.maxLength !== undefined && length > schema.maxLength)
    errors.push(tooLong(path, schema.maxLength));
  if (schema.pattern !== undefined) {
    // One that RE2 cannot read is refused with its CRD today; in one that was stored before, it constrains nothing.
    if (matchRegex(schema.pattern, value, path, budget) === 'mismatch')
      errors.push(invalid(path, value, `${body(path)} should match '${schema.pattern}'`));
  }
  return errors;
}

function checkItems(schema: Schema, items: readonly unknown[], path: string): FieldError[] {
  const errors: FieldError[] = [];
  if (schema.minItems !== undefined && items.length < schema.minItems) {
    errors.push(invalid(path, items.length, `${body(path)} should have at least ${schema.minItems} items`));
  }
  if (schema.maxItems !== undefined && items.length > schema.maxItems) {
    errors.push(tooMany(path, items.length, schema.maxItems));
  }
  if (schema.uniqueItems && new Set(items.map(canonicalJson)).size < items.length) {
    errors.push(invalid(path, items, `${body(path)} shouldn't contain duplicates`));
  }
  return errors;
}

function checkMembers(schema: Schema, count: number, path: string): FieldError[] {
  const { minProperties, maxProperties } = schema;
  return [
    ...(minProperties !== undefined && count < minProperties
      ? [invalid(path, count, `${body(path)} should have at least ${minProperties} properties`)]
      : []),
    ...(maxProperties !== undefined && count > maxProperties
      ? [invalid(path, count, `${body(path)} should have at most ${maxProperties} properties`)]
      : []),
  ];
}

function checkJunctors(schema: Schema, place: Constrained, budget: MatchBudget): FieldError[] {
  const { allOf, anyOf, oneOf, not } = schema;
  const { value, path } = place;
  const errors: FieldError[] = [];
  for (const branch of allOf ?? []) errors.push(...checkBranch(branch, place, budget));
  const holds = (branch: Schema): boolean => checkBranch(branch, place, budget).length === 0;
  const fail = (what: string) => errors.push(invalid(path, value, `${JSON.stringify(path)} ${what}`));
  if (anyOf && !anyOf.some(holds)) fail('must validate at least one schema (anyOf)');
  const found = oneOf?.filter(holds).length;
  if (found !== undefined && found !== 1) {
    fail(
      `must validate one and only one schema (oneOf). Found ${found === 0 ? 'none valid' : `${found} valid alternatives`}`,
    );
  }
  if (not && holds(not)) fail('must not validate the schema (not)');
  return errors;
}

/** A branch constrains the value and what is below it, and adds no structure of its own. */
function checkBranch(branch: Schema, place: Constrained, budget: MatchBudget): FieldError[] {
  const { value, path, was } = place;
  if (!spend(budget, BRANCH_STEPS, path)) return [];
  const errors = [...checkBranchType(branch, value, path), ...checkConstraints(branch, place, budget)];
  const below = (child: Schema, member: Constrained) => {
    const found = checkBranch(child, member, budget);
    if (found.length > 0 && !member.was?.equals(member.value)) errors.push(...found);
  };
  if (isObject(value)) {
    for (const key of branch.required ?? []) {
      if (value[key] === undefined) errors.push(invalid(path, value, `${key} is required`));
    }
    for (const key of Object.keys(value)) {
      const child = memberSchema(branch, key);
      const at = path === '' ? key : `${path}.${key}`;
      if (child) below(child, { value: value[key], path: at, was: was?.member(key) });
    }
  }
  const { items } = branch;
  if (Array.isArray(value) && items) {
    for (const [i, item] of value.entries())
      below(items, { value: item, path: `${path}[${i}]`, was: was?.item(item) });
  }
  return errors;
}

function checkBranchType({ type }: Schema, value: unknown, path: string): FieldError[] {
  if (type === undefined) return [];
  const holds = {
    object: isObject(value),
    array: Array.isArray(value),
    string: typeof value === 'string',
    number: isNumber(value),
    integer: Number.isInteger(value),
    boolean: typeof value === 'boolean',
  }[type];
  return holds ? [] : [invalid(path, value, `${body(path)} must be of type ${type}`)];
}
