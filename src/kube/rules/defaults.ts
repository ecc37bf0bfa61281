import { BUILTIN_KINDS } from '../kinds/builtin.ts';
import type { TypeDefaults } from '../kinds/row.ts';
import { memberSchema, type Schema } from '../schema/schema.ts';
import { describeExcess, excessOf, OBJECT_BOUNDS } from '../values/bounds.ts';
import { isObject } from '../values/equal.ts';
import { isNumber } from '../values/json.ts';
import { canonicalQuantity } from '../values/quantity.ts';
import { statusError } from '../values/status.ts';
import type { Json, JsonObject } from '../values/types.ts';

/**
 * The object as a server holds it after reading it: nulls that mean "absent" gone, quantities in their canonical spelling,
 * defaults filled in (the schema's own, and for built-in types those of the kinds that they belong to).
 * The same reference comes back when nothing changed. Applying twice changes nothing more.
 * Throws StatusError RequestEntityTooLarge where the defaults of a definition make more of it than an object may hold.
 */
export function applyDefaults<T>(schema: Schema | undefined, object: T): T {
  if (!schema) return object;
  const filled = visit(schema, object as Json, schema.name !== undefined);
  // A definition may give each of ten thousand items a default of a megabyte; those of built-in kinds are small.
  const excess = schema.name === undefined && filled !== object ? excessOf(filled, OBJECT_BOUNDS) : undefined;
  if (!excess) return filled as T;
  const message = `Request entity too large: with the defaults of its definition, ${describeExcess(excess)}`;
  throw statusError('RequestEntityTooLarge', message);
}

const DEFAULTS: ReadonlyMap<string, TypeDefaults> = new Map(
  BUILTIN_KINDS.flatMap(({ defaults = {} }) => Object.entries(defaults)),
);

const defaultsOf = ({ name }: Schema): TypeDefaults | undefined =>
  name === undefined ? undefined : DEFAULTS.get(name);

/** Defaults that have been filled in themselves: each is visited once, however many items ask for it. */
const filledDefaults = new WeakMap<Schema, Json>();

function visitDefault(schema: Schema, value: Json, isBuiltin: boolean): Json {
  const known = filledDefaults.get(schema);
  if (known !== undefined) return known;
  const visited = visit(schema, value, isBuiltin);
  filledDefaults.set(schema, visited);
  return visited;
}

function visit(schema: Schema, value: Json, isBuiltin: boolean): Json {
  if (schema.quantity) {
    return typeof value === 'string' || isNumber(value) ? canonicalQuantity(value) : value;
  }
  if (Array.isArray(value)) return schema.items ? visitItems(schema.items, value, isBuiltin) : value;
  if (!isObject(value)) return value;
  const present = withoutNulls(schema, value, isBuiltin);
  return visitMembers(schema, complete(schema, fill(schema, present)), isBuiltin);
}

function visitItems(items: Schema, list: readonly Json[], isBuiltin: boolean): Json {
  let copy: Json[] | undefined;
  for (let i = 0; i < list.length; i++) {
    const item = list[i] as Json;
    const visited = visit(items, item, isBuiltin);
    if (visited === item) continue;
    copy ??= [...list];
    copy[i] = visited;
  }
  return copy ?? list;
}

function visitMembers(schema: Schema, object: JsonObject, isBuiltin: boolean): JsonObject {
  let copy: Record<string, Json> | undefined;
  for (const key in object) {
    const child = memberSchema(schema, key);
    const value = object[key];
    if (!child || value === undefined || value === null) continue;
    const visited =
      value === child.default ? visitDefault(child, value, isBuiltin) : visit(child, value, isBuiltin);
    if (visited === value) continue;
    copy ??= { ...object };
    copy[key] = visited;
  }
  return copy ?? object;
}

/** A null is a value only where the schema says so; in a map of strings Go reads it as the empty string. */
function withoutNulls(schema: Schema, object: JsonObject, isBuiltin: boolean): JsonObject {
  let copy: Record<string, Json> | undefined;
  for (const key in object) {
    if (object[key] !== null) continue;
    const child = memberSchema(schema, key);
    if (!child || child.nullable || child.preserveUnknown) continue;
    copy ??= { ...object };
    if (isBuiltin && child === schema.additional && child.type === 'string') copy[key] = '';
    else delete copy[key];
  }
  return copy ?? object;
}

const complete = (schema: Schema, object: JsonObject): JsonObject =>
  defaultsOf(schema)?.complete?.(object) ?? object;

function fill(schema: Schema, object: JsonObject): JsonObject {
  const filled: { object: Record<string, Json> | undefined } = { object: undefined };
  const set = (key: string, value: Json) => {
    filled.object ??= { ...object };
    filled.object[key] = value;
  };
  for (const key in schema.properties) {
    const value = schema.properties[key]?.default;
    if (value !== undefined && object[key] === undefined) set(key, value);
  }
  const defaults = defaultsOf(schema);
  for (const key in defaults?.members) {
    const current = (filled.object ?? object)[key];
    if (!isUnset(defaults, current)) continue;
    const rule = defaults.members[key];
    const value = typeof rule === 'function' ? rule(filled.object ?? object) : rule;
    if (value !== undefined && value !== current) set(key, value);
  }
  return filled.object ?? object;
}

function isUnset({ isZeroUnset }: TypeDefaults, value: Json | undefined): boolean {
  if (value === undefined || value === null || value === '') return true;
  return value === 0 && isZeroUnset === true;
}
