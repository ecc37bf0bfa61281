import type { KubeObject } from '../../../kube/values/types.ts';

const COLLECTIONS = ['labels', 'annotations', 'finalizers', 'ownerReferences'] as const;

/** One spelling for what means the same: empty collections of metadata are absent, as `omitempty` has it in Kubernetes. */
export function normalForm(object: KubeObject): KubeObject {
  const { metadata } = object;
  const empty: readonly string[] = COLLECTIONS.filter((field) => isEmpty(metadata[field]));
  if (empty.length === 0) return object;
  const kept = Object.entries(metadata).filter(([field]) => !empty.includes(field));
  return { ...object, metadata: Object.fromEntries(kept) };
}

const isEmpty = (value: unknown): boolean =>
  value === null || (typeof value === 'object' && Object.keys(value).length === 0);
