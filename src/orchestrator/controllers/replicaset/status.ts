import type { Pod, ReplicaSet } from '../../../kube/kinds/objects.data.ts';
import { withoutCondition } from '../../../kube/values/condition.ts';
import { matches } from '../../../kube/values/selectors.ts';
import { withCondition } from '../conditions.ts';
import { availableInMs, isReady } from '../pods.ts';

export interface ReplicaFailure {
  readonly reason: 'FailedCreate' | 'FailedDelete';
  readonly message: string;
}

export type ReplicaSetStatus = NonNullable<ReplicaSet['status']>;

/** Kubernetes `pkg/controller/replicaset/replica_set_utils.go` calculateStatus. */
export function replicaSetStatus(
  replicaSet: ReplicaSet,
  replicas: readonly Pod[],
  failure: ReplicaFailure | undefined,
  now: number,
): ReplicaSetStatus {
  const minReady = replicaSet.spec.minReadySeconds ?? 0;
  const wanted = Object.entries(replicaSet.spec.template.metadata?.labels ?? {}).map(([key, value]) => ({
    key,
    operator: 'In' as const,
    values: [value],
  }));
  const before = replicaSet.status?.conditions ?? [];
  const conditions = failure
    ? withCondition(before, { type: 'ReplicaFailure', status: 'True', ...failure }, now)
    : withoutCondition(before, 'ReplicaFailure');
  return {
    replicas: replicas.length,
    fullyLabeledReplicas: replicas.filter((pod) => matches(wanted, pod.metadata.labels)).length,
    readyReplicas: replicas.filter(isReady).length,
    availableReplicas: replicas.filter((pod) => availableInMs(pod, minReady, now) === 0).length,
    ...(replicaSet.metadata.generation === undefined
      ? {}
      : { observedGeneration: replicaSet.metadata.generation }),
    ...(conditions.length === 0 ? {} : { conditions }),
  };
}
