import type { Pod, StatefulSet } from '../../../kube/kinds/objects.data.ts';
import { availableInMs, isLeaving, isReady } from '../pods.ts';
import { replicasOf, revisionOf } from './identity.ts';

export type StatefulSetStatus = NonNullable<StatefulSet['status']>;

export interface Revisions {
  /** Names of the revision that pods are updated from, and of the one that they are updated to. */
  readonly current: string;
  readonly update: string;
  readonly collisionCount: number;
}

export const isRunningAndReady = (pod: Pod): boolean => pod.status?.phase === 'Running' && isReady(pod);

export const isAvailable = (set: StatefulSet, pod: Pod, now: number): boolean =>
  availableInMs(pod, set.spec.minReadySeconds ?? 0, now) === 0;

export const isUnavailable = (set: StatefulSet, pod: Pod, now: number): boolean =>
  isLeaving(pod) || !isAvailable(set, pod, now);

/**
 * Kubernetes `stateful_set_control.go` updateStatus. `pods`: those that were observed; `updating`: how many of them are being deleted
 * because their revision is the current one no more.
 */
export function statefulSetStatus(
  set: StatefulSet,
  pods: readonly Pod[],
  revisions: Revisions,
  updating: number,
  now: number,
): StatefulSetStatus {
  const ready = pods.filter(isRunningAndReady);
  const staying = pods.filter((pod) => !isLeaving(pod));
  const at = (revision: string): number => staying.filter((pod) => revisionOf(pod) === revision).length;
  const { conditions } = set.status ?? {};
  return completed(set, {
    ...(conditions ? { conditions } : {}),
    ...(set.metadata.generation === undefined ? {} : { observedGeneration: set.metadata.generation }),
    currentRevision: revisions.current,
    updateRevision: revisions.update,
    collisionCount: revisions.collisionCount,
    replicas: pods.length,
    readyReplicas: ready.length,
    availableReplicas: ready.filter((pod) => isAvailable(set, pod, now)).length,
    currentReplicas: at(revisions.current) - updating,
    updatedReplicas: at(revisions.update),
  });
}

/** The update is over: its revision is the current one (Kubernetes `stateful_set_utils.go` completeRollingUpdate). */
function completed(set: StatefulSet, status: StatefulSetStatus): StatefulSetStatus {
  const { updatedReplicas, readyReplicas, replicas, updateRevision = '' } = status;
  const wanted = replicasOf(set);
  const isOver = [updatedReplicas, readyReplicas, replicas].every((count) => count === wanted);
  if (!isOver || set.spec.updateStrategy?.type === 'OnDelete') return status;
  return { ...status, currentReplicas: wanted, currentRevision: updateRevision };
}
