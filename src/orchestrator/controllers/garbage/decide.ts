import type { KubeObject, OwnerReference } from '../../../kube/values/types.ts';

export const FOREGROUND = 'foregroundDeletion';
export const ORPHAN = 'orphan';

/** What is known of an owner that an object names. */
export type OwnerState =
  /** It exists under that uid. */
  | 'solid'
  /** It does not exist, or another object has its name. */
  | 'absent'
  /** It is being deleted in the foreground: it waits until its dependents are gone. */
  | 'waiting'
  /** Its kind is not served, so it is not known whether it exists: nothing is deleted on a guess. */
  | 'unknown';

export interface Owner {
  readonly reference: OwnerReference;
  readonly state: OwnerState;
}

export type GarbageAction =
  | { readonly type: 'none' }
  /** Remove the owner's references from its dependents, then finalize the owner. */
  | { readonly type: 'orphan'; readonly dependents: readonly KubeObject[] }
  /** Blocking dependents still exist: make sure that they are deleted. */
  | { readonly type: 'await'; readonly dependents: readonly KubeObject[] }
  /** It waits for objects that wait for it: its own references stop blocking, so that its owners can go. */
  | { readonly type: 'unblock' }
  /** The last blocking dependent is gone. */
  | { readonly type: 'finish'; readonly finalizer: string }
  /** Some owners are left: forget the others. */
  | { readonly type: 'disown'; readonly uids: readonly string[] }
  | { readonly type: 'delete'; readonly policy: 'Background' | 'Foreground' | 'Orphan' };

export type DependentsOf = (uid: string) => readonly KubeObject[];

const NONE: GarbageAction = { type: 'none' };

/**
 * Kubernetes `pkg/controller/garbagecollector/garbagecollector.go` attemptToDeleteItem, attemptToOrphan.
 * `dependentsOf` is called with uids: of the object itself, and along a circle of owners.
 */
export function decideGarbage(
  object: KubeObject,
  owners: readonly Owner[],
  dependentsOf: DependentsOf,
): GarbageAction {
  const dependents = dependentsOf(object.metadata.uid ?? '');
  const { deletionTimestamp, finalizers = [] } = object.metadata;
  if (deletionTimestamp !== undefined) {
    if (finalizers.includes(ORPHAN)) return { type: 'orphan', dependents };
    return finalizers.includes(FOREGROUND) ? foreground(object, dependentsOf) : NONE;
  }
  if (owners.length === 0 || owners.some(({ state }) => state === 'unknown')) return NONE;
  const leaving = owners.filter(({ state }) => state !== 'solid');
  if (leaving.length === 0) return NONE;
  if (leaving.length < owners.length) {
    return { type: 'disown', uids: leaving.map(({ reference }) => reference.uid) };
  }
  return { type: 'delete', policy: policyOf(object, owners, dependents) };
}

function foreground(object: KubeObject, dependentsOf: DependentsOf): GarbageAction {
  const blocking = blockingDependents(object, dependentsOf);
  if (blocking.length === 0) return { type: 'finish', finalizer: FOREGROUND };
  // Dependents that are being deleted need no further action, and two that triggered each other would never end (processDeletingDependentsItem).
  const staying = dependentsOf(object.metadata.uid ?? '').filter(
    ({ metadata }) => metadata.deletionTimestamp === undefined,
  );
  if (staying.length > 0) return { type: 'await', dependents: staying };
  return waitsForItself(object, dependentsOf) ? { type: 'unblock' } : NONE;
}

function blockingDependents(object: KubeObject, dependentsOf: DependentsOf): readonly KubeObject[] {
  const { uid = '' } = object.metadata;
  return dependentsOf(uid).filter((dependent) =>
    dependent.metadata.ownerReferences?.some((owner) => owner.uid === uid && owner.blockOwnerDeletion),
  );
}

export const isForeground = ({ metadata: { deletionTimestamp, finalizers = [] } }: KubeObject): boolean =>
  deletionTimestamp !== undefined && finalizers.includes(FOREGROUND);

/**
 * Whether an object that is deleted in the foreground waits for itself, through others that are too. Kubernetes guesses before the
 * second deletion (attemptToDeleteItem: "circle detection has false positives … can fail in a race condition") and waits forever when
 * that fails; checking once both are being deleted cannot fail.
 */
function waitsForItself(object: KubeObject, dependentsOf: DependentsOf): boolean {
  const seen = new Set<string>();
  const open = [object];
  for (let next = open.pop(); next; next = open.pop()) {
    for (const dependent of blockingDependents(next, dependentsOf)) {
      const { uid = '' } = dependent.metadata;
      if (uid === object.metadata.uid) return true;
      if (seen.has(uid) || !isForeground(dependent)) continue;
      seen.add(uid);
      open.push(dependent);
    }
  }
  return false;
}

/** Foreground deletion continues downwards while there is another level; otherwise the object's own finalizers decide. */
function policyOf(object: KubeObject, owners: readonly Owner[], dependents: readonly KubeObject[]) {
  const { finalizers = [] } = object.metadata;
  if (owners.some(({ state }) => state === 'waiting') && dependents.length > 0) return 'Foreground';
  if (finalizers.includes(ORPHAN)) return 'Orphan';
  return finalizers.includes(FOREGROUND) ? 'Foreground' : 'Background';
}
