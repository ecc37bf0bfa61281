import { isCostExceeded, type Program } from '../cel/compile.ts';
import { fromJson } from '../cel/data.ts';
import { Account } from '../cel/meter.ts';
import { type CompiledRule, compileRules, hasRules } from '../cel/schemarules.ts';
import { Failure, Optional, type Value } from '../cel/values.ts';
import { elementOf, itemsByKey } from '../schema/correlation.ts';
import { memberSchema, type Schema } from '../schema/schema.ts';
import { deepEqual, isObject } from '../values/equal.ts';
import { duplicate, type FieldError, forbidden, invalid, required } from '../values/fielderrors.ts';
import type { Json } from '../values/types.ts';

/**
 * The rules of a custom resource's schema, `x-kubernetes-validations`, on an object of its shape (apiextensions
 * `apiserver/schema/cel/validation.go`). With `old`, transition rules hold too, and what has not changed is let pass with a
 * warning: a rule may be newer than the object (KEP-4008). All rules of one object share a budget.
 */
export function validateRules(
  schema: Schema | undefined,
  object: Json,
  old: Json | undefined,
  warn: (text: string) => void = () => {},
): readonly FieldError[] {
  if (!schema || !hasRules(schema)) return [];
  const validation: Validation = { account: new Account(), errors: [], warn, ended: false };
  visit(schema, { value: object, old, path: '', isResource: true, isUnchanged: false }, validation);
  return validation.errors;
}

interface Validation {
  readonly account: Account;
  readonly errors: FieldError[];
  readonly warn: (text: string) => void;
  /** The budget is spent: nothing more is evaluated. */
  ended: boolean;
}

interface Place {
  readonly value: Json;
  /** What was there before; undefined where nothing was, or nothing corresponds. */
  readonly old: Json | undefined;
  readonly path: string;
  readonly isResource: boolean;
  /** It, or what holds it, is as it was. */
  readonly isUnchanged: boolean;
}

function visit(schema: Schema, place: Place, validation: Validation): void {
  if (validation.ended || place.value === null || !hasRules(schema)) return;
  const isUnchanged = place.isUnchanged || (place.old !== undefined && deepEqual(place.value, place.old));
  const here = { ...place, isUnchanged };
  for (const rule of compileRules(schema, place.isResource)) {
    if (validation.ended) return;
    evaluate(rule, schema, here, validation);
  }
  if (Array.isArray(place.value)) visitItems(schema, place.value, here, validation);
  else if (isObject(place.value)) visitMembers(schema, here, validation);
}

function visitItems(schema: Schema, items: readonly Json[], place: Place, validation: Validation): void {
  const { items: child } = schema;
  if (!child) return;
  const olds =
    schema.listType === 'map' && Array.isArray(place.old) ? itemsByKey(schema, place.old) : undefined;
  for (const [i, value] of items.entries()) {
    const old = olds?.get(elementOf(schema, value) ?? '');
    const isResource = child.embeddedResource === true;
    visit(child, { ...place, value, old, path: `${place.path}[${i}]`, isResource }, validation);
  }
}

function visitMembers(schema: Schema, place: Place, validation: Validation): void {
  const { value } = place;
  if (!isObject(value)) return;
  for (const key in value) {
    const child = memberSchema(schema, key);
    const member = value[key];
    if (!child || member === undefined) continue;
    const isDeclared = schema.properties !== undefined && Object.hasOwn(schema.properties, key);
    const path = isDeclared ? (place.path === '' ? key : `${place.path}.${key}`) : `${place.path}[${key}]`;
    const old = isObject(place.old) ? place.old[key] : undefined;
    visit(
      child,
      { ...place, value: member, old, path, isResource: child.embeddedResource === true },
      validation,
    );
  }
}

/** How Kubernetes names the whole object. */
const nameOf = (path: string): string => path || '<nil>';

function evaluate(compiled: CompiledRule, schema: Schema, place: Place, validation: Validation): void {
  const { rule, program, usesOldSelf, problem } = compiled;
  const type = schema.type ?? '';
  const field = nameOf(place.path);
  const refuse = (detail: string) => validation.errors.push(invalid(field, type, detail));
  if (!program) {
    refuse(`rule compile error: ${problem}`);
    return;
  }
  if (usesOldSelf && place.old === undefined && !rule.optionalOldSelf) return;
  if (validation.account.isSpent) {
    end(validation, field, type, OUT_OF_BUDGET);
    return;
  }
  const result = program.evaluate(lookUp(compiled, place), validation.account);
  if (result === true) return;
  if (validation.account.isSpent) end(validation, field, type, OUT_OF_BUDGET);
  else if (isCostExceeded(result)) {
    const { message } = result as Failure;
    const more = 'no further validation rules will be run due to call cost exceeds limit for rule';
    end(validation, field, type, `'${message}': ${more}: ${nameOfRule(compiled)}`);
  } else if (result instanceof Failure) refuse(describe(result, compiled));
  else fail(compiled, schema, place, validation);
}

const OUT_OF_BUDGET =
  'validation failed due to running out of cost budget, no further validation rules will be run';

function end(validation: Validation, field: string, type: string, detail: string): void {
  validation.ended = true;
  validation.errors.push(invalid(field, type, detail));
}

function lookUp({ rule, type }: CompiledRule, { value, old }: Place): (name: string) => Value {
  return (name) => {
    if (name === 'self') return fromJson(value, type);
    if (!rule.optionalOldSelf) return fromJson(old ?? null, type);
    return old === undefined ? Optional.NONE : new Optional(fromJson(old, type));
  };
}

const nameOfRule = ({ rule }: CompiledRule): string =>
  rule.message ? rule.message.trim() : rule.rule.trim();

const describe = ({ message }: Failure, compiled: CompiledRule): string =>
  message.startsWith('no such overload')
    ? `'${message}': call arguments did not match a supported operator, function or macro signature for rule: ${nameOfRule(compiled)}`
    : `${message} evaluating rule: ${nameOfRule(compiled)}`;

/** The rule does not hold: the error says so at the field that the rule names, for its reason, in its words. */
function fail(compiled: CompiledRule, schema: Schema, place: Place, validation: Validation): void {
  const { rule, usesOldSelf, message } = compiled;
  const detail = (message && messageOf(message, compiled, place, validation)) ?? defaultMessage(compiled);
  const field = rule.fieldPath ? `${place.path}${rule.fieldPath}`.replace(/^\./, '') : nameOf(place.path);
  const error = errorFor(field, schema, place.value, detail, rule.reason);
  if (!usesOldSelf && place.isUnchanged) validation.warn(`${error.field}: ${error.message}`);
  else validation.errors.push(error);
}

const defaultMessage = ({ rule }: CompiledRule): string =>
  rule.message ? rule.message.trim() : `failed rule: ${rule.rule.trim()}`;

const MAX_MESSAGE_BYTES = 5 * 1024;

/** undefined where the expression fails, or what it makes cannot be shown: the message of the rule stands in. */
function messageOf(
  program: Program,
  compiled: CompiledRule,
  place: Place,
  { account }: Validation,
): string | undefined {
  const value = program.evaluate(lookUp(compiled, place), account);
  const text = typeof value === 'string' ? value.trim() : '';
  return text === '' || text.includes('\n') || Buffer.byteLength(text) > MAX_MESSAGE_BYTES ? undefined : text;
}

function errorFor(
  field: string,
  { type }: Schema,
  value: Json,
  detail: string,
  reason: string | undefined,
): FieldError {
  const isWhole = type === 'object' || type === 'array';
  switch (reason) {
    case 'FieldValueForbidden':
      return forbidden(field, detail);
    case 'FieldValueRequired':
      return required(field, detail);
    case 'FieldValueDuplicate':
      return isWhole ? { field, reason: 'Duplicate', message: 'Duplicate value' } : duplicate(field, value);
    default:
      // Objects and lists are not shown (`field.OmitValueType`).
      return isWhole
        ? { field, reason: 'Invalid', message: `Invalid value: ${detail}` }
        : invalid(field, value, detail);
  }
}
