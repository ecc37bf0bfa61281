import { boundedPath } from '../values/bounds.ts';
import { isObject } from '../values/equal.ts';
import type { JsonObject } from '../values/types.ts';
import { memberSchema, type Schema } from './schema.ts';
import { join } from './typecheck.ts';

export interface UnknownField {
  /** `spec.replica` */
  readonly path: string;
  /** The same as a JSON pointer (RFC 6901): `/spec/replica`. */
  readonly pointer: string;
  /** The fields that are known where it stands. */
  readonly known: readonly string[];
}

/** Fields that the schema does not know (`fieldValidation=Strict` rejects them, Warn warns): the first `most` of them. */
export function unknownFields(
  schema: Schema,
  object: unknown,
  most = Number.POSITIVE_INFINITY,
): UnknownField[] {
  // Nearly all have none, and need no paths.
  if (!hasUnknown(schema, object)) return [];
  const found: UnknownField[] = [];
  const visit = (node: Schema, value: unknown, path: string, pointer: string): void => {
    if (found.length >= most) return;
    if (Array.isArray(value)) {
      const { items } = node;
      for (const [i, item] of items ? value.entries() : [])
        visit(items ?? node, item, boundedPath(`${path}[${i}]`), `${pointer}/${i}`);
    } else if (isObject(value)) {
      for (const key in value) {
        const [below, at] = [boundedPath(join(path, key)), `${pointer}/${escapePointer(key)}`];
        const child = memberSchema(node, key);
        if (child) visit(child, value[key], below, at);
        else if (!isKept(node, key) && found.length < most)
          found.push({ path: below, pointer: at, known: Object.keys(node.properties ?? {}) });
      }
    }
  };
  visit(schema, object, '', '');
  return found;
}

function hasUnknown(node: Schema, value: unknown): boolean {
  if (Array.isArray(value)) {
    const { items } = node;
    return items !== undefined && value.some((item) => hasUnknown(items, item));
  }
  if (!isObject(value)) return false;
  for (const key in value) {
    const child = memberSchema(node, key);
    if (child ? hasUnknown(child, value[key]) : !isKept(node, key)) return true;
  }
  return false;
}

const escapePointer = (key: string): string => key.replaceAll('~', '~0').replaceAll('/', '~1');

/** The object without the fields that the schema does not know; the same reference when there are none. */
export function pruneUnknown<T>(schema: Schema, object: T): T {
  return prune(schema, object) as T;
}

function prune(schema: Schema, value: unknown): unknown {
  if (Array.isArray(value)) {
    const { items } = schema;
    if (!items) return value;
    const pruned = value.map((item) => prune(items, item));
    return pruned.every((item, i) => item === value[i]) ? value : pruned;
  }
  return isObject(value) ? pruneMembers(schema, value) : value;
}

function pruneMembers(schema: Schema, object: JsonObject): unknown {
  let copy: Record<string, unknown> | undefined;
  for (const key in object) {
    const child = memberSchema(schema, key);
    const pruned = child ? prune(child, object[key]) : isKept(schema, key) ? object[key] : undefined;
    if (pruned === object[key]) continue;
    copy ??= { ...object };
    if (pruned === undefined) delete copy[key];
    else copy[key] = pruned;
  }
  return copy ?? object;
}

const EMBEDDED = ['apiVersion', 'kind', 'metadata'];

function isKept(schema: Schema, key: string): boolean {
  if (schema.preserveUnknown || (schema.embeddedResource && EMBEDDED.includes(key))) return true;
  // A node that says nothing of its structure, as a branch's, says nothing against it.
  return schema.type === undefined && !schema.properties && !schema.additional;
}
