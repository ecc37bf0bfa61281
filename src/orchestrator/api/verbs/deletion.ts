import { rfc3339 } from '../../../base/clock.ts';
import type { KubeObject } from '../../../kube/values/types.ts';
import type { Kind } from '../kinds/kind.ts';
import type { DeleteParameters } from '../types.ts';
import { isReleased } from './write.ts';

const ORPHAN = 'orphan';
const FOREGROUND = 'foregroundDeletion';

/**
 * What a deletion makes of an object: gone at once, or marked until its grace period is over and its finalizers are
 * taken away (apiserver `registry/rest/delete.go` BeforeDelete, `registry/generic/registry/store.go`).
 */
export type Deletion =
  | { readonly type: 'remove'; readonly object: KubeObject }
  | { readonly type: 'mark'; readonly object: KubeObject };

export function decideDeletion(
  kind: Kind,
  live: KubeObject,
  { gracePeriodSeconds, propagationPolicy }: DeleteParameters,
  now: number,
): Deletion {
  const before = live.metadata.finalizers ?? [];
  const finalizers = finalizersFor(before, propagationPolicy ?? defaultPolicy(kind, before));
  const asked = kind.strategy.graceSeconds?.(live, gracePeriodSeconds) ?? 0;
  const marked = mark(kind, { ...live, metadata: { ...live.metadata, finalizers } }, asked, now);
  return { type: isReleased(kind, marked) ? 'remove' : 'mark', object: withoutEmptyFinalizers(marked) };
}

function mark(kind: Kind, object: KubeObject, grace: number, now: number): KubeObject {
  const { deletionTimestamp, deletionGracePeriodSeconds = 0, generation } = object.metadata;
  // A grace period may be shortened, never lengthened.
  if (deletionTimestamp !== undefined && grace >= deletionGracePeriodSeconds) return object;
  const first = deletionTimestamp === undefined;
  const since = first ? now : Date.parse(deletionTimestamp) - deletionGracePeriodSeconds * 1000;
  const prepared = first ? (kind.strategy.prepareForDelete?.(object) ?? object) : object;
  return {
    ...prepared,
    metadata: {
      ...prepared.metadata,
      ...(first && kind.strategy.generation ? { generation: (generation ?? 1) + 1 } : {}),
      deletionTimestamp: rfc3339(grace === 0 && !first ? now : since + grace * 1000),
      deletionGracePeriodSeconds: grace,
    },
  };
}

/** What the object says goes before what its kind says. */
function defaultPolicy(
  { strategy }: Kind,
  finalizers: readonly string[],
): DeleteParameters['propagationPolicy'] {
  return [ORPHAN, FOREGROUND].some((one) => finalizers.includes(one)) ? undefined : strategy.propagation;
}

/** The garbage collector reads from the finalizers what is to become of the dependents (`deletionFinalizersForGarbageCollection`). */
function finalizersFor(
  finalizers: readonly string[],
  policy: DeleteParameters['propagationPolicy'],
): readonly string[] {
  if (policy === undefined) return finalizers;
  const others = finalizers.filter((finalizer) => finalizer !== ORPHAN && finalizer !== FOREGROUND);
  if (policy === 'Orphan') return [...others, ORPHAN];
  return policy === 'Foreground' ? [...others, FOREGROUND] : others;
}

function withoutEmptyFinalizers(object: KubeObject): KubeObject {
  if (object.metadata.finalizers?.length !== 0) return object;
  const { finalizers: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}
