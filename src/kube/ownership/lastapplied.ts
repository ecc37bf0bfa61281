import type { Schema } from '../schema/schema.ts';
import { compare } from '../schema/typed/compare.ts';
import { fieldsOf } from '../schema/typed/fields.ts';
import { TypedError } from '../schema/typed/kind.ts';
import { LAST_APPLIED } from '../values/annotations.ts';
import { parseBoundedJson } from '../values/bounds.ts';
import { canonicalJson, isObject } from '../values/equal.ts';
import { difference, EMPTY, type FieldSet, has } from '../values/fieldset.ts';
import type { KubeObject } from '../values/types.ts';
import type { OwnedConflict } from './ownership.ts';

/**
 * Going from client-side to server-side apply with kubectl must not conflict with oneself: conflicts on fields that
 * the annotation holds with their live value give way (`lastappliedmanager.go`). Returns those that remain.
 */
export function yieldsToLastApplied(
  schema: Schema,
  live: KubeObject,
  conflicts: readonly OwnedConflict[],
): readonly OwnedConflict[] {
  const allowed = unchangedSinceLastApplied(schema, live);
  return conflicts.filter(({ path }) => !has(allowed, path));
}

function unchangedSinceLastApplied(schema: Schema, live: KubeObject): FieldSet {
  const last = parse(live.metadata.annotations?.[LAST_APPLIED]);
  if (last?.apiVersion !== live.apiVersion) return EMPTY;
  try {
    const { added, modified, removed } = compare(schema, last, live);
    return [added, modified, removed].reduce(difference, fieldsOf(schema, last));
  } catch (error) {
    if (error instanceof TypedError) return EMPTY;
    throw error;
  }
}

function parse(annotation: string | undefined): Record<string, unknown> | undefined {
  if (!annotation) return undefined;
  try {
    const value: unknown = parseBoundedJson(annotation);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Keeps the annotation in step, so that going back to client-side apply forgets nothing (`lastappliedupdater.go`). */
export function withUpdatedAnnotation(object: KubeObject, applied: KubeObject): KubeObject {
  if (!object.metadata.annotations?.[LAST_APPLIED]) return object;
  const { [LAST_APPLIED]: _, ...annotations } = applied.metadata.annotations ?? {};
  const hasOthers = Object.keys(annotations).length > 0;
  const { annotations: __, ...metadata } = applied.metadata;
  const bare = { ...applied, metadata: { ...metadata, ...(hasOthers ? { annotations } : {}) } };
  const text = `${canonicalJson(bare)}\n`;
  return {
    ...object,
    metadata: { ...object.metadata, annotations: { ...object.metadata.annotations, [LAST_APPLIED]: text } },
  };
}
