import { deepEqual, isObject } from '../values/equal.ts';
import { memberSchema, type Schema } from './schema.ts';
import { itemElement } from './typed/kind.ts';

/** What corresponded to a value before an update: members by name, items of `map` lists by key (apiserver `pkg/cel/common/equality.go`). */
export interface Before {
  /** undefined where nothing corresponds. */
  member(key: string): Before | undefined;
  item(item: unknown): Before | undefined;
  equals(value: unknown): boolean;
}

/** `schema` is that of the structure: below a junctor values correspond as it says. */
export function before(schema: Schema, old: unknown): Before | undefined {
  if (old === undefined) return undefined;
  let byKey: ReadonlyMap<string, unknown> | undefined;
  return {
    member(key) {
      const child = memberSchema(schema, key);
      return child && isObject(old) && Object.hasOwn(old, key) ? before(child, old[key]) : undefined;
    },
    item(item) {
      if (schema.listType !== 'map' || !schema.items || !Array.isArray(old)) return undefined;
      byKey ??= itemsByKey(schema, old);
      return before(schema.items, byKey.get(elementOf(schema, item) ?? ''));
    },
    equals: (value) => deepEqual(value, old),
  };
}

/** Of two items with one key, the last one. */
export function itemsByKey<T>(schema: Schema, items: readonly T[]): ReadonlyMap<string, T> {
  return new Map(
    items.flatMap((item): [string, T][] => {
      const element = elementOf(schema, item);
      return element === undefined ? [] : [[element, item]];
    }),
  );
}

/** undefined for an item without its keys, which the check of types refuses. */
export function elementOf(schema: Schema, item: unknown): string | undefined {
  try {
    return itemElement(schema, item);
  } catch {
    return undefined;
  }
}
