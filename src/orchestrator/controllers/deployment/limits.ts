import type { Deployment, IntOrString, ReplicaSet } from '../../../kube/kinds/objects.ts';

/** How far a rolling update may go above and below the wanted number of pods. */
export interface Limits {
  readonly surge: number;
  readonly unavailable: number;
}

const DEFAULT: IntOrString = '25%';

export const replicasOf = (object: { spec: { replicas?: number } }): number => object.spec.replicas ?? 1;

export const sumOfReplicas = (sets: readonly ReplicaSet[]): number =>
  sets.reduce((sum, set) => sum + replicasOf(set), 0);

export const sumOfAvailable = (sets: readonly ReplicaSet[]): number =>
  sets.reduce((sum, set) => sum + (set.status?.availableReplicas ?? 0), 0);

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

/** A number, or a percentage of `total`. Anything else counts as 0 (validation refuses it before it is stored). */
function share(value: IntOrString, total: number, round: (x: number) => number): number {
  if (typeof value === 'number') return value;
  const percent = /^(\d+)%$/.exec(value)?.[1];
  // The product is an integer, so that no rounding error of a fraction can change the result of ceil or floor.
  return percent === undefined ? 0 : round((Number(percent) * total) / 100);
}
