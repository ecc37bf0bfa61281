import { isObject } from '../../values/equal.ts';
import { keyElement, type PathElement } from '../../values/fieldset.ts';
import { stringifyJson } from '../../values/json.ts';
import type { JsonObject } from '../../values/types.ts';
import { ANYTHING, type Schema } from '../schema.ts';

/** What a node of an object is to structured-merge-diff: the schema decides, and where it is silent the value (`deduceAtom`). */
export type NodeKind = 'map' | 'list' | 'scalar';

export function nodeKind(schema: Schema, value: unknown): NodeKind {
  if (schema.intOrString || schema.quantity) return 'scalar';
  switch (schema.type) {
    case 'object':
      return 'map';
    case 'array':
      return 'list';
    case undefined:
      if (Array.isArray(value)) return 'list';
      return value === null || value === undefined || isObject(value) ? 'map' : 'scalar';
    default:
      return 'scalar';
  }
}

/** An atomic node belongs to one manager as a whole. A list of undeclared type is atomic, a map is granular. */
export function isAtomic(schema: Schema, kind: NodeKind): boolean {
  if (kind === 'map') return schema.mapType === 'atomic';
  return schema.listType === undefined || schema.listType === 'atomic';
}

export const asMap = (value: unknown): JsonObject | undefined => (isObject(value) ? value : undefined);
export const asList = (value: unknown): readonly unknown[] | undefined =>
  Array.isArray(value) ? value : undefined;

export const fieldElement = (key: string): PathElement => `f:${key}`;
export const itemSchema = (schema: Schema): Schema => schema.items ?? ANYTHING;

/** The object does not fit its schema, and ownership of its fields cannot be determined. */
export class TypedError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'TypedError';
  }
}

/** How an item of an associative list is named; keys that are absent take the schema's default, or are left out. */
export function itemElement(list: Schema, item: unknown): PathElement {
  if (list.listType === 'set') {
    if (item === null || typeof item === 'object') {
      throw new TypedError('an item of a set must be a string, a number or a boolean');
    }
    return `v:${stringifyJson(item)}`;
  }
  if (!isObject(item)) throw new TypedError('an item of a list with keys must be an object');
  const keys = list.listMapKeys ?? [];
  const entries: [string, unknown][] = [];
  for (const key of keys) {
    const value = item[key] ?? list.items?.properties?.[key]?.default;
    if (value !== undefined && value !== null) entries.push([key, value]);
  }
  if (entries.length === 0)
    throw new TypedError(`an item omits all key fields of its list (${keys.join(', ')})`);
  return keyElement(entries);
}
