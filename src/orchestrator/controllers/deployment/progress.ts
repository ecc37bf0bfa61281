import type { Deployment, ReplicaSet } from '../../../kube/kinds/objects.data.ts';
import {
  type Conditions,
  findCondition,
  type NewCondition,
  withoutCondition,
} from '../../../kube/values/condition.ts';
import { renewCondition, withCondition } from '../conditions.ts';
import { replicasOf } from './generations.ts';

export type DeploymentStatus = NonNullable<Deployment['status']>;

/** Reasons of the conditions Progressing and Available (`deployment_util.go`). */
export const REASON = {
  created: 'NewReplicaSetCreated',
  found: 'FoundNewReplicaSet',
  updated: 'ReplicaSetUpdated',
  complete: 'NewReplicaSetAvailable',
  failedCreate: 'FailedCreate',
  timedOut: 'ProgressDeadlineExceeded',
  paused: 'DeploymentPaused',
  resumed: 'DeploymentResumed',
  available: 'MinimumReplicasAvailable',
  unavailable: 'MinimumReplicasUnavailable',
} as const;

/** Kubernetes stores the largest int32 for "no deadline". */
const NO_DEADLINE = 2 ** 31 - 1;

function deadlineSeconds(deployment: Deployment): number | undefined {
  const seconds = deployment.spec.progressDeadlineSeconds ?? 600;
  return seconds === NO_DEADLINE ? undefined : seconds;
}

/** The rollout has nothing left to do (`deployment_util.go` DeploymentComplete). */
export function isComplete(deployment: Deployment, status: DeploymentStatus): boolean {
  const desired = replicasOf(deployment);
  return (
    status.updatedReplicas === desired &&
    status.replicas === desired &&
    status.availableReplicas === desired &&
    (status.observedGeneration ?? 0) >= (deployment.metadata.generation ?? 0)
  );
}

/** The condition Progressing of the new status. */
export function withProgress(
  deployment: Deployment,
  status: DeploymentStatus,
  current: ReplicaSet | undefined,
  now: number,
): Conditions {
  const conditions = status.conditions ?? [];
  if (deadlineSeconds(deployment) === undefined) return withoutCondition(conditions, 'Progressing');
  const before = findCondition(deployment.status?.conditions, 'Progressing');
  // Once complete, pods that come and go are not a rollout: nothing progresses or times out.
  if (status.replicas === status.updatedReplicas && before?.reason === REASON.complete) return conditions;
  const subject = current
    ? `ReplicaSet "${current.metadata.name}"`
    : `Deployment "${deployment.metadata.name}"`;
  if (isComplete(deployment, status)) {
    return setCondition(
      conditions,
      progressing('True', REASON.complete, `${subject} has successfully progressed.`),
      now,
    );
  }
  if (hasProgressed(deployment.status ?? {}, status)) {
    // Renewed every time: the deadline counts from the last progress.
    const condition = progressing('True', REASON.updated, `${subject} is progressing.`);
    return renewCondition(conditions, condition, now, true);
  }
  if (hasTimedOut(deployment, conditions, now)) {
    return setCondition(
      conditions,
      progressing('False', REASON.timedOut, `${subject} has timed out progressing.`),
      now,
    );
  }
  return conditions;
}

function hasProgressed(before: DeploymentStatus, after: DeploymentStatus): boolean {
  const old = (status: DeploymentStatus) => (status.replicas ?? 0) - (status.updatedReplicas ?? 0);
  return (
    (after.updatedReplicas ?? 0) > (before.updatedReplicas ?? 0) ||
    old(after) < old(before) ||
    (after.readyReplicas ?? 0) > (before.readyReplicas ?? 0) ||
    (after.availableReplicas ?? 0) > (before.availableReplicas ?? 0)
  );
}

function hasTimedOut(deployment: Deployment, conditions: Conditions, now: number): boolean {
  const left = deadlineInMs(deployment, conditions, now);
  return (
    findCondition(conditions, 'Progressing')?.reason === REASON.timedOut || (left !== undefined && left < 0)
  );
}

/** Milliseconds until the progress deadline; undefined when there is none. */
export function deadlineInMs(
  deployment: Deployment,
  conditions: Conditions,
  now: number,
): number | undefined {
  const seconds = deadlineSeconds(deployment);
  const condition = findCondition(conditions, 'Progressing');
  if (seconds === undefined || condition?.lastUpdateTime === undefined) return undefined;
  if (condition.reason === REASON.complete || condition.reason === REASON.timedOut) return undefined;
  return Date.parse(condition.lastUpdateTime) + seconds * 1000 - now;
}

/** Records pausing and resuming, so that the deadline does not count the pause (`progress.go` checkPausedConditions). */
export function pauseConditions(deployment: Deployment, now: number): Conditions {
  const conditions = deployment.status?.conditions ?? [];
  if (deadlineSeconds(deployment) === undefined) return conditions;
  const condition = findCondition(conditions, 'Progressing');
  if (condition?.reason === REASON.timedOut) return conditions;
  const isPaused = condition?.reason === REASON.paused;
  if (deployment.spec.paused && !isPaused) {
    return setCondition(conditions, progressing('Unknown', REASON.paused, 'Deployment is paused'), now);
  }
  if (!deployment.spec.paused && isPaused) {
    return setCondition(conditions, progressing('Unknown', REASON.resumed, 'Deployment is resumed'), now);
  }
  return conditions;
}

export type Milestone = 'created' | 'found' | 'failedCreate';

const MILESTONES: Readonly<Record<Milestone, (set: string, detail: string) => NewCondition>> = {
  created: (set) => progressing('True', REASON.created, `Created new replica set "${set}"`),
  found: (set) => progressing('True', REASON.found, `Found new replica set "${set}"`),
  failedCreate: (set, detail) =>
    progressing('False', REASON.failedCreate, `Failed to create new replica set "${set}": ${detail}`),
};

/** The deployment with a milestone of its current replica set recorded in the condition Progressing. */
export function withMilestone(
  deployment: Deployment,
  milestone: Milestone,
  name: string,
  now: number,
  detail = '',
): Deployment {
  if (deadlineSeconds(deployment) === undefined) return deployment;
  const conditions = setCondition(
    deployment.status?.conditions ?? [],
    MILESTONES[milestone](name, detail),
    now,
  );
  return { ...deployment, status: { ...deployment.status, conditions } };
}

const progressing = (
  status: 'True' | 'False' | 'Unknown',
  reason: string,
  message: string,
): NewCondition => ({
  type: 'Progressing',
  status,
  reason,
  message,
});

export const setCondition = (conditions: Conditions, next: NewCondition, now: number): Conditions =>
  withCondition(conditions, next, now, true);
