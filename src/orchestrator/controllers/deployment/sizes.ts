import type { Deployment, Pod, ReplicaSet } from '../../../kube/kinds/objects.ts';
import { isFinished } from '../pods.ts';
import { desiredReplicasOf, maxReplicasOf } from './annotations.ts';
import { isRolling, limitsOf, replicasOf, sumOfAvailable, sumOfReplicas } from './limits.ts';

/** The replica sets of one deployment: the one with its current template, if there is one, and all others. */
export interface Generations {
  readonly current: ReplicaSet | undefined;
  readonly old: readonly ReplicaSet[];
}

/** Name of a replica set → its new size. A set that is not listed keeps its size. */
export type Sizes = ReadonlyMap<string, number>;

const NO_CHANGE: Sizes = new Map();
const nameOf = (set: ReplicaSet): string => set.metadata.name ?? '';
const createdAt = (set: ReplicaSet): number => Date.parse(set.metadata.creationTimestamp ?? '') || 0;
const oldestFirst = (a: ReplicaSet, b: ReplicaSet): number =>
  createdAt(a) - createdAt(b) || (nameOf(a) < nameOf(b) ? -1 : 1);
const isActive = (set: ReplicaSet): boolean => replicasOf(set) > 0;

const everything = ({ current, old }: Generations): ReplicaSet[] => (current ? [...old, current] : [...old]);

/** The size for the current replica set that surge leaves room for (`deployment_util.go` NewRSNewReplicas). */
export function currentSize(deployment: Deployment, sets: readonly ReplicaSet[], size: number): number {
  const desired = replicasOf(deployment);
  if (!isRolling(deployment)) return desired;
  const room = desired + limitsOf(deployment).surge - sumOfReplicas(sets);
  return room <= 0 ? size : size + Math.min(room, desired - size);
}

/**
 * One step of a rolling update (`rolling.go`): first up, as far as surge allows; then down, as far as availability allows,
 * beginning with old pods that are not healthy anyway.
 */
export function rollingSizes(deployment: Deployment, generations: Generations): Sizes {
  const { current } = generations;
  if (!current) return NO_CHANGE;
  const desired = replicasOf(deployment);
  const size = replicasOf(current);
  const next = size > desired ? desired : currentSize(deployment, everything(generations), size);
  if (next !== size) return new Map([[nameOf(current), next]]);
  return sizesDown(deployment, generations.old.filter(isActive).sort(oldestFirst), current);
}

function sizesDown(deployment: Deployment, old: readonly ReplicaSet[], current: ReplicaSet): Sizes {
  const minAvailable = replicasOf(deployment) - limitsOf(deployment).unavailable;
  const currentUnavailable = replicasOf(current) - (current.status?.availableReplicas ?? 0);
  const total = sumOfReplicas(old) + replicasOf(current);
  const budget = total - minAvailable - currentUnavailable;
  if (old.length === 0 || budget <= 0) return NO_CHANGE;
  const sizes = new Map(old.map((set) => [nameOf(set), replicasOf(set)]));
  const available = (set: ReplicaSet): number => set.status?.availableReplicas ?? 0;
  take(sizes, old, budget, (set, size) => size - Math.min(size, available(set)));
  // Equal to the count of Kubernetes when statuses are current; a status from before the last scaling must not cost a working pod.
  take(sizes, old, Math.min(budget, sumOfAvailable([...old, current]) - minAvailable), (_set, size) => size);
  return new Map(
    old
      .filter((set) => sizes.get(nameOf(set)) !== replicasOf(set))
      .map((set) => [nameOf(set), sizes.get(nameOf(set)) ?? 0]),
  );
}

/** Removes up to `budget` replicas, starting with the oldest set, and from each set at most what `spare` allows. */
function take(
  sizes: Map<string, number>,
  old: readonly ReplicaSet[],
  budget: number,
  spare: (set: ReplicaSet, size: number) => number,
): void {
  let left = Math.max(0, budget);
  for (const set of old) {
    const size = sizes.get(nameOf(set)) ?? 0;
    const taken = Math.min(left, spare(set, size));
    sizes.set(nameOf(set), size - taken);
    left -= taken;
  }
}

/** Recreate (`recreate.go`): scale all old sets to zero; scale up the new one only when none of their pods is running. */
export function recreateSizes(
  deployment: Deployment,
  { current, old }: Generations,
  oldPods: readonly Pod[],
): Sizes {
  const active = old.filter(isActive);
  if (active.length > 0) return new Map(active.map((set) => [nameOf(set), 0]));
  if (!current || oldPods.some((pod) => !isFinished(pod))) return NO_CHANGE;
  return new Map([[nameOf(current), replicasOf(deployment)]]);
}

/** The deployment's size changed since its replica sets were last scaled (`sync.go` isScalingEvent). */
export function isScaling(deployment: Deployment, generations: Generations): boolean {
  return everything(generations)
    .filter(isActive)
    .some((set) => {
      const desired = desiredReplicasOf(set);
      return desired !== undefined && desired !== replicasOf(deployment);
    });
}

/** A change of size only (`sync.go` scale): a single active set takes all of it; in the middle of a rollout each set takes its share. */
export function scalingSizes(deployment: Deployment, generations: Generations): Sizes {
  const { current, old } = generations;
  const desired = replicasOf(deployment);
  const only = activeOrLatest(generations);
  if (only) return new Map([[nameOf(only), desired]]);
  if (current && isSaturated(deployment, current)) {
    return new Map(old.filter(isActive).map((set) => [nameOf(set), 0]));
  }
  return isRolling(deployment)
    ? proportionalSizes(deployment, everything(generations).filter(isActive))
    : NO_CHANGE;
}

function activeOrLatest(generations: Generations): ReplicaSet | undefined {
  const active = everything(generations).filter(isActive);
  if (active.length > 1) return undefined;
  return active[0] ?? generations.current ?? [...generations.old].sort(oldestFirst).at(-1);
}

function isSaturated(deployment: Deployment, current: ReplicaSet): boolean {
  const desired = replicasOf(deployment);
  return (
    replicasOf(current) === desired &&
    desiredReplicasOf(current) === desired &&
    (current.status?.availableReplicas ?? 0) === desired
  );
}

function proportionalSizes(deployment: Deployment, active: readonly ReplicaSet[]): Sizes {
  const desired = replicasOf(deployment);
  const allowed = desired > 0 ? desired + limitsOf(deployment).surge : 0;
  const toAdd = allowed - sumOfReplicas(active);
  // The largest set absorbs rounding errors; among equals the newer one when growing, the older one when shrinking.
  const byAge = (a: ReplicaSet, b: ReplicaSet) => (toAdd > 0 ? oldestFirst(b, a) : oldestFirst(a, b));
  const ordered = [...active].sort((a, b) => replicasOf(b) - replicasOf(a) || byAge(a, b));
  const sizes = new Map<string, number>();
  let added = 0;
  for (const set of ordered) {
    const part = proportion(deployment, set, toAdd, added);
    sizes.set(nameOf(set), replicasOf(set) + part);
    added += part;
  }
  const biggest = ordered[0];
  if (biggest) sizes.set(nameOf(biggest), Math.max(0, (sizes.get(nameOf(biggest)) ?? 0) + toAdd - added));
  return sizes;
}

/** `deployment_util.go` GetReplicaSetProportion: never more than what remains to be distributed. */
function proportion(deployment: Deployment, set: ReplicaSet, toAdd: number, added: number): number {
  if (toAdd === 0 || toAdd === added) return 0;
  const fraction = fractionOf(deployment, set);
  return toAdd > 0 ? Math.min(fraction, toAdd - added) : Math.max(fraction, toAdd - added);
}

function fractionOf(deployment: Deployment, set: ReplicaSet): number {
  const desired = replicasOf(deployment);
  if (desired === 0) return -replicasOf(set);
  const maxBefore = maxReplicasOf(set) ?? deployment.status?.replicas ?? 0;
  if (maxBefore === 0) return 0;
  const grown = (replicasOf(set) * (desired + limitsOf(deployment).surge)) / maxBefore;
  return Math.round(grown) - replicasOf(set);
}
