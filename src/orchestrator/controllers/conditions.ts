import { rfc3339 } from '../../base/clock.ts';
import type { Condition } from '../../kube/values/condition.ts';

export type Conditions = readonly Condition[];

export function findCondition(conditions: Conditions | undefined, type: string): Condition | undefined {
  return conditions?.find((condition) => condition.type === type);
}

export function withoutCondition(conditions: Conditions, type: string): Conditions {
  return conditions.some((one) => one.type === type)
    ? conditions.filter((one) => one.type !== type)
    : conditions;
}

export type NewCondition = Pick<Condition, 'type' | 'status' | 'reason' | 'message'>;

/**
 * Kubernetes' rule of all workload controllers (`deployment_util.go` SetDeploymentCondition): the same status and reason change
 * nothing, so that a varying message causes no writes; the transition time moves only with the status.
 */
export function withCondition(
  conditions: Conditions,
  next: NewCondition,
  now: number,
  withUpdateTime = false,
): Conditions {
  const current = findCondition(conditions, next.type);
  if (current && current.status === next.status && current.reason === next.reason) return conditions;
  return replaceCondition(conditions, next, now, withUpdateTime);
}

/** Like withCondition, but an equal condition is renewed too. `withUpdateTime`: the kind's conditions have `lastUpdateTime`. */
export function replaceCondition(
  conditions: Conditions,
  next: NewCondition,
  now: number,
  withUpdateTime = false,
): Conditions {
  const current = findCondition(conditions, next.type);
  const time = rfc3339(now);
  const lastTransitionTime = current?.status === next.status ? (current.lastTransitionTime ?? time) : time;
  const condition: Condition = {
    ...next,
    ...(withUpdateTime ? { lastUpdateTime: time } : {}),
    lastTransitionTime,
  };
  return [...withoutCondition(conditions, next.type), condition];
}
