import type { Deployment, IntOrString, ReplicaSet } from '../../../kube/kinds/objects.data.ts';
import { share } from '../intorpercent.ts';
import {
  everything,
  type Generations,
  isActive,
  NO_CHANGE,
  nameOf,
  oldestFirst,
  replicasOf,
  type Sizes,
  sumOfAvailable,
  sumOfReplicas,
} from './generations.ts';

/** How far a rolling update may go above and below the wanted number of pods. */
export interface Limits {
  readonly surge: number;
  readonly unavailable: number;
}

const DEFAULT: IntOrString = '25%';

export const isRolling = (deployment: Deployment): boolean =>
  (deployment.spec.strategy?.type ?? 'RollingUpdate') === 'RollingUpdate';

/**
 * Surge rounds up, unavailable rounds down; if both were 0 nothing could ever change, so unavailable becomes 1
 * (Kubernetes `pkg/controller/deployment/util/deployment_util.go` ResolveFenceposts, MaxSurge, MaxUnavailable).
 */
export function limitsOf(deployment: Deployment): Limits {
  if (!isRolling(deployment)) return { surge: 0, unavailable: 0 };
  const replicas = replicasOf(deployment);
  const { maxSurge = DEFAULT, maxUnavailable = DEFAULT } = deployment.spec.strategy?.rollingUpdate ?? {};
  const surge = share(maxSurge, replicas, Math.ceil);
  const unavailable = share(maxUnavailable, replicas, Math.floor);
  return {
    surge,
    unavailable: Math.min(replicas, surge === 0 && unavailable === 0 ? 1 : unavailable),
  };
}

/** The most pods that a deployment may have at a time. */
export const maxSizeOf = (deployment: Deployment): number =>
  replicasOf(deployment) + limitsOf(deployment).surge;

/** The size for the current replica set that surge leaves room for (`deployment_util.go` NewRSNewReplicas). */
export function currentSize(deployment: Deployment, sets: readonly ReplicaSet[], size: number): number {
  const desired = replicasOf(deployment);
  if (!isRolling(deployment)) return desired;
  const room = maxSizeOf(deployment) - sumOfReplicas(sets);
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
