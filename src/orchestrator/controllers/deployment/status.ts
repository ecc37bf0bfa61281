import type { Deployment, ReplicaSet } from '../../../kube/kinds/objects.data.ts';
import {
  type Conditions,
  findCondition,
  type NewCondition,
  withoutCondition,
} from '../../../kube/values/condition.ts';
import { replicasOf, sumOfAvailable, sumOfReplicas } from './generations.ts';
import { type DeploymentStatus, REASON, setCondition, withProgress } from './progress.ts';
import { limitsOf } from './rolling.ts';

/** Counts and the condition Available (`sync.go` calculateStatus); other conditions stay. */
export function countedStatus(
  deployment: Deployment,
  sets: readonly ReplicaSet[],
  current: ReplicaSet | undefined,
  now: number,
): DeploymentStatus {
  const available = sumOfAvailable(sets);
  const sum = (field: 'replicas' | 'readyReplicas') =>
    sets.reduce((total, set) => total + (set.status?.[field] ?? 0), 0);
  const isAvailable = available >= replicasOf(deployment) - limitsOf(deployment).unavailable;
  const { collisionCount } = deployment.status ?? {};
  return {
    observedGeneration: deployment.metadata.generation ?? 0,
    replicas: sum('replicas'),
    updatedReplicas: current?.status?.replicas ?? 0,
    readyReplicas: sum('readyReplicas'),
    availableReplicas: available,
    unavailableReplicas: Math.max(0, sumOfReplicas(sets) - available),
    ...(collisionCount === undefined ? {} : { collisionCount }),
    conditions: setCondition(deployment.status?.conditions ?? [], availability(isAvailable), now),
  };
}

/** The status during a rollout: counts, how it progresses, and why pods cannot be made (`progress.go` syncRolloutStatus). */
export function rolloutStatus(
  deployment: Deployment,
  sets: readonly ReplicaSet[],
  current: ReplicaSet | undefined,
  now: number,
): DeploymentStatus {
  const status = countedStatus(deployment, sets, current, now);
  const conditions = withReplicaFailure(withProgress(deployment, status, current, now), sets, current, now);
  return { ...status, conditions };
}

function withReplicaFailure(
  conditions: Conditions,
  sets: readonly ReplicaSet[],
  current: ReplicaSet | undefined,
  now: number,
): Conditions {
  const ordered = current ? [current, ...sets.filter((one) => one !== current)] : sets;
  const failure = ordered
    .map((one) => findCondition(one.status?.conditions, 'ReplicaFailure'))
    .find((condition) => condition?.status === 'True');
  if (!failure) return withoutCondition(conditions, 'ReplicaFailure');
  const { type, status, reason = '', message = '' } = failure;
  return setCondition(conditions, { type, status, reason, message }, now);
}

const availability = (isAvailable: boolean): NewCondition =>
  isAvailable
    ? {
        type: 'Available',
        status: 'True',
        reason: REASON.available,
        message: 'Deployment has minimum availability.',
      }
    : {
        type: 'Available',
        status: 'False',
        reason: REASON.unavailable,
        message: 'Deployment does not have minimum availability.',
      };
