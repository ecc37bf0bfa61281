import { CLUSTER_KINDS, MERGING_KINDS, MERGING_TYPES } from './merging.data.ts';

/** What strategic merge patches have to know of a value: the name of its type, and of a list the keys by which its items merge. */
export interface MergeSchema {
  readonly type: string | undefined;
  /** Only of a list that merges; []: by value. */
  readonly keys: readonly string[] | undefined;
}

/** A built-in kind; undefined for all others: their lists are replaced. */
export function schemaOfKind(apiVersion: string, kind: string): MergeSchema | undefined {
  const name = `${apiVersion}/${kind}`;
  return Object.hasOwn(MERGING_KINDS, name) ? { type: MERGING_KINDS[name], keys: undefined } : undefined;
}

export function schemaOfField({ type }: MergeSchema, field: string): MergeSchema | undefined {
  const fields = type !== undefined && Object.hasOwn(MERGING_TYPES, type) ? MERGING_TYPES[type] : undefined;
  const found = fields && Object.hasOwn(fields, field) ? fields[field] : undefined;
  return found && { type: found.of, keys: found.keys };
}

export const schemaOfItems = ({ type }: MergeSchema): MergeSchema => ({ type, keys: undefined });

/** False for kinds that kustomize does not know. */
export const isClusterScoped = (apiVersion: string, kind: string): boolean =>
  CLUSTER_KINDS.has(`${apiVersion}/${kind}`);
