import { rfc3339 } from '../../base/clock.ts';
import {
  type Conditions,
  findCondition,
  type NewCondition,
  transition,
  withoutCondition,
} from '../../kube/values/condition.ts';

/**
 * The rule of all workload controllers in Kubernetes (`deployment_util.go` SetDeploymentCondition): the same status and reason change
 * nothing, so that a varying message causes no writes.
 */
export function withCondition(
  conditions: Conditions,
  next: NewCondition,
  now: number,
  withUpdateTime = false,
): Conditions {
  const current = findCondition(conditions, next.type);
  if (current && current.status === next.status && current.reason === next.reason) return conditions;
  return renewCondition(conditions, next, now, withUpdateTime);
}

/** Like withCondition, but an equal condition is renewed too. `withUpdateTime`: the kind's conditions have `lastUpdateTime`. */
export function renewCondition(
  conditions: Conditions,
  next: NewCondition,
  now: number,
  withUpdateTime: boolean,
): Conditions {
  const updated = withUpdateTime ? { lastUpdateTime: rfc3339(now) } : {};
  return [...withoutCondition(conditions, next.type), transition({ ...next, ...updated }, conditions, now)];
}
