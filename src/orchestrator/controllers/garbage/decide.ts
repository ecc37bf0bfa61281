import type { KubeObject, OwnerReference } from '../../../kube/types.ts';

export const FOREGROUND = 'foregroundDeletion';
export const ORPHAN = 'orphan';

/** What is known of an owner that an object names. */
export type OwnerState =
  /** It is there, under that uid. */
  | 'solid'
  /** It is not there, or another object has its name. */
  | 'absent'
  /** It is being deleted in the foreground: it waits until its dependents are gone. */
  | 'waiting'
  /** Its kind is not served, so that nobody can tell: nothing is deleted on a guess. */
  | 'unknown';

export interface Owner {
  readonly reference: OwnerReference;
  readonly state: OwnerState;
}

export type GarbageAction =
  | { readonly type: 'none' }
  /** Take the owner's references off its dependents, then let the owner go. */
  | { readonly type: 'orphan'; readonly dependents: readonly KubeObject[] }
  /** Dependents that block it are still there: see that they are deleted. */
  | { readonly type: 'await'; readonly dependents: readonly KubeObject[] }
  /** The last blocking dependent is gone. */
  | { readonly type: 'finish'; readonly finalizer: string }
  /** Some owners are left: forget the others. */
  | { readonly type: 'disown'; readonly uids: readonly string[] }
  | { readonly type: 'delete'; readonly policy: 'Background' | 'Foreground' | 'Orphan' };

const NONE: GarbageAction = { type: 'none' };

/** Kubernetes `pkg/controller/garbagecollector/garbagecollector.go` attemptToDeleteItem, attemptToOrphan. */
export function decideGarbage(
  object: KubeObject,
  owners: readonly Owner[],
  dependents: readonly KubeObject[],
): GarbageAction {
  const { deletionTimestamp, finalizers = [] } = object.metadata;
  if (deletionTimestamp !== undefined) {
    if (finalizers.includes(ORPHAN)) return { type: 'orphan', dependents };
    return finalizers.includes(FOREGROUND) ? foreground(object, dependents) : NONE;
  }
  if (owners.length === 0 || owners.some(({ state }) => state === 'unknown')) return NONE;
  const leaving = owners.filter(({ state }) => state !== 'solid');
  if (leaving.length === 0) return NONE;
  if (leaving.length < owners.length) {
    return { type: 'disown', uids: leaving.map(({ reference }) => reference.uid) };
  }
  return { type: 'delete', policy: policyOf(object, owners, dependents) };
}

function foreground(object: KubeObject, dependents: readonly KubeObject[]): GarbageAction {
  const blocking = dependents.filter((dependent) =>
    dependent.metadata.ownerReferences?.some(
      (owner) => owner.uid === object.metadata.uid && owner.blockOwnerDeletion,
    ),
  );
  return blocking.length === 0 ? { type: 'finish', finalizer: FOREGROUND } : { type: 'await', dependents };
}

/** Foreground goes on downwards, as long as there is a further level; else what the object's own finalizers ask for. */
function policyOf(object: KubeObject, owners: readonly Owner[], dependents: readonly KubeObject[]) {
  const { finalizers = [] } = object.metadata;
  if (owners.some(({ state }) => state === 'waiting') && dependents.length > 0) return 'Foreground';
  if (finalizers.includes(ORPHAN)) return 'Orphan';
  return finalizers.includes(FOREGROUND) ? 'Foreground' : 'Background';
}
