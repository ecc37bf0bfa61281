import { memberSchema, type Schema } from '../schema/schema.ts';
import { isObject } from '../values/equal.ts';

/**
 * Why Go could not make an object of what a strategic merge patch has made of it: where a map, a list or an object became something else, in
 * the words of apimachinery `pkg/runtime/converter.go`; else undefined. What is still the `same` as before the patch is not looked at.
 */
export function unrestorable(schema: Schema, value: unknown, same?: unknown): string | undefined {
  if (value === same || value === null || value === undefined || schema.preserveUnknown) return undefined;
  if (schema.type === 'array') {
    if (!Array.isArray(value)) return `cannot restore slice from ${goKind(value)}`;
    return firstOf(Object.keys(value), (key) => unrestorableAt(schema.items, value, same, key));
  }
  if (schema.type !== 'object') return undefined;
  if (isObject(value))
    return firstOf(Object.keys(value), (key) => unrestorableAt(memberSchema(schema, key), value, same, key));
  const kind = goKind(value);
  return schema.properties ? `cannot restore struct from: ${kind}` : `cannot restore map from ${kind}`;
}

const memberOf = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined;

const unrestorableAt = (schema: Schema | undefined, value: unknown, same: unknown, key: string) =>
  schema && unrestorable(schema, memberOf(value, key), memberOf(same, key));

function firstOf(keys: readonly string[], find: (key: string) => string | undefined): string | undefined {
  for (const key of keys) {
    const found = find(key);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Numbers of JSON are int64 where they can be. */
function goKind(value: unknown): string {
  if (Array.isArray(value)) return 'slice';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int64' : 'float64';
  if (typeof value === 'bigint') return 'int64';
  return typeof value === 'string' ? 'string' : 'map';
}
