import type { KubeObject } from '../../values/types.ts';
import type { Schema } from '../schema.ts';

/**
 * What exists of an object before it is created: its kind, and for built-in kinds the structs that are always written.
 * Comparing with it makes the creator own the fields that it set and not the structs around them.
 */
export function zeroOf(schema: Schema, { apiVersion, kind }: KubeObject): KubeObject {
  return { metadata: {}, ...structs(schema), apiVersion, kind };
}

/** Every create asks, and a schema never changes. */
const known = new WeakMap<Schema, Readonly<Record<string, unknown>>>();

function structs(schema: Schema): Readonly<Record<string, unknown>> {
  const found = known.get(schema);
  if (found) return found;
  const zero: Record<string, unknown> = {};
  for (const [key, child] of Object.entries(schema.properties ?? {})) {
    if (isStruct(child)) zero[key] = structs(child);
  }
  known.set(schema, zero);
  return zero;
}

/** Published with the default `{}`: embedded by value in Go, so never absent. */
export const isStruct = (schema: Schema): boolean =>
  schema.name !== undefined &&
  typeof schema.default === 'object' &&
  schema.default !== null &&
  Object.keys(schema.default).length === 0;
