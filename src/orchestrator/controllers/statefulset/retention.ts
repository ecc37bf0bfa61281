import type { PersistentVolumeClaim, Pod, StatefulSet } from '../../../kube/kinds/objects.data.ts';
import type { KubeObject, OwnerReference } from '../../../kube/values/types.ts';
import { controllerReference } from '../controllerref.ts';
import { isInRange, ordinalOf } from './identity.ts';

/**
 * Who owns a claim, by persistentVolumeClaimRetentionPolicy, so that the garbage collector deletes it with its owner: the set where
 * `whenDeleted` is Delete, the pod once it is to be scaled away where `whenScaled` is (KEP-1847; Kubernetes `stateful_set_utils.go`).
 */
export function ownersOf(
  claim: PersistentVolumeClaim,
  set: StatefulSet,
  pod: Pod,
): readonly OwnerReference[] | undefined {
  if (isUpToDate(claim, set, pod)) return undefined;
  const others = referencesOf(claim).filter((one) => !names(one, set) && !names(one, pod));
  if (hasOtherController(claim, set, pod)) return others;
  const { bySet, byPod } = wantedOwners(set, pod);
  return [
    ...others,
    ...(bySet ? [controllerReference(set)] : []),
    ...(byPod ? [controllerReference(pod)] : []),
  ];
}

/** A claim that goes with an earlier pod of this name must not be given to the next one. */
export const isStale = (claim: PersistentVolumeClaim, set: StatefulSet, pod: Pod): boolean =>
  isDeleted(set, 'whenScaled') && isOfPredecessor(claim, pod);

/** Somebody else manages the claim, who decides when it goes: the policy does not apply to it. */
export function hasOtherController(claim: PersistentVolumeClaim, set: StatefulSet, pod: Pod): boolean {
  if (!isDeleted(set, 'whenScaled') && !isDeleted(set, 'whenDeleted')) return false;
  return referencesOf(claim).some((one) => {
    const mine = [set, pod].find((object) => names(one, object));
    return mine ? one.uid !== mine.metadata.uid : one.controller === true;
  });
}

const isDeleted = ({ spec }: StatefulSet, when: 'whenScaled' | 'whenDeleted'): boolean =>
  spec.persistentVolumeClaimRetentionPolicy?.[when] === 'Delete';

function wantedOwners(set: StatefulSet, pod: Pod): { readonly bySet: boolean; readonly byPod: boolean } {
  const isLeaving = !isInRange(set, ordinalOf(pod));
  const byPod = isDeleted(set, 'whenScaled') && isLeaving;
  return { bySet: isDeleted(set, 'whenDeleted') && !byPod, byPod };
}

function isUpToDate(claim: PersistentVolumeClaim, set: StatefulSet, pod: Pod): boolean {
  // What an earlier object of the same name owns is left to the garbage collector.
  if (isOfPredecessor(claim, set) || isOfPredecessor(claim, pod)) return true;
  const [bySet, byPod] = [isOwnedBy(claim, set), isOwnedBy(claim, pod)];
  if (hasOtherController(claim, set, pod)) return !bySet && !byPod;
  const own = referencesOf(claim).filter(({ uid }) => uid === set.metadata.uid || uid === pod.metadata.uid);
  if (own.some(({ controller }) => controller !== true)) return false;
  const wanted = wantedOwners(set, pod);
  return wanted.bySet === bySet && wanted.byPod === byPod;
}

const referencesOf = ({ metadata }: KubeObject): readonly OwnerReference[] => metadata.ownerReferences ?? [];

const isOwnedBy = (claim: KubeObject, { metadata }: KubeObject): boolean =>
  referencesOf(claim).some(({ uid }) => uid === metadata.uid);

const names = (reference: OwnerReference, { apiVersion, kind, metadata }: KubeObject): boolean =>
  reference.apiVersion === apiVersion && reference.kind === kind && reference.name === metadata.name;

function isOfPredecessor(claim: KubeObject, owner: KubeObject): boolean {
  const reference = referencesOf(claim).find((one) => names(one, owner));
  return reference !== undefined && reference.uid !== owner.metadata.uid;
}
