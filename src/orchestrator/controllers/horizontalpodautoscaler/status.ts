import { rfc3339 } from '../../../base/clock.ts';
import type {
  HorizontalPodAutoscaler,
  HorizontalPodAutoscalerStatus,
  MetricStatus,
} from '../../../kube/kinds/objects.data.ts';
import {
  type Conditions,
  type NewCondition,
  transition,
  withCondition,
} from '../../../kube/values/condition.ts';

/** What a look at an autoscaler came to. */
export interface Outcome {
  /** Absent: the target could not be asked, and the numbers stay. */
  readonly replicas?: { readonly current: number; readonly desired: number };
  readonly currentMetrics?: readonly MetricStatus[];
  /** In the order in which they were set; a later one of a type goes before an earlier one. */
  readonly conditions: readonly NewCondition[];
  readonly isRescaled: boolean;
}

/** Kubernetes `podautoscaler/horizontal.go` setStatus and setConditionInList: conditions keep their places. */
export function autoscalerStatus(
  { status = { desiredReplicas: 0 } }: HorizontalPodAutoscaler,
  { replicas, currentMetrics, conditions, isRescaled }: Outcome,
  now: number,
): HorizontalPodAutoscalerStatus {
  const all = conditions.reduce<Conditions>(
    (list, next) => withCondition(list, transition(next, list, now)),
    status.conditions ?? [],
  );
  if (!replicas) return { ...status, conditions: all };
  const lastScaleTime = isRescaled ? rfc3339(now) : status.lastScaleTime;
  return {
    currentReplicas: replicas.current,
    desiredReplicas: replicas.desired,
    ...(lastScaleTime === undefined ? {} : { lastScaleTime }),
    ...(currentMetrics && currentMetrics.length > 0 ? { currentMetrics } : {}),
    conditions: all,
  };
}
