import type { Deployment, ReplicaSet } from '../../../kube/kinds/objects.data.ts';
import { desiredReplicasOf, maxReplicasOf } from './annotations.ts';
import {
  everything,
  type Generations,
  isActive,
  NO_CHANGE,
  nameOf,
  oldestFirst,
  replicasOf,
  type Sizes,
  sumOfReplicas,
} from './generations.ts';
import { isRolling, maxSizeOf } from './rolling.ts';

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
  const allowed = desired > 0 ? maxSizeOf(deployment) : 0;
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
  const grown = (replicasOf(set) * maxSizeOf(deployment)) / maxBefore;
  return Math.round(grown) - replicasOf(set);
}
