import type { JsonObject } from './types.ts';

/** A set of field paths, as structured-merge-diff's fieldpath.Set: members here and subsets below, keyed by path element. */
export interface FieldSet {
  readonly members: ReadonlySet<string>;
  readonly children: ReadonlyMap<string, FieldSet>;
}

export function fieldSetFromV1(_fieldsV1: JsonObject): FieldSet {
  throw new Error('signature only');
}
export function fieldSetToV1(_set: FieldSet): JsonObject {
  throw new Error('signature only');
}
