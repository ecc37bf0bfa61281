import type { Clock } from '../../base/clock.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import { updateObject } from '../../kube/client/update.ts';
import { type Condition, type NewCondition, replaceCondition } from '../../kube/values/condition.ts';
import { deepEqual } from '../../kube/values/equal.ts';
import { notFoundAsUndefined } from '../../kube/values/status.ts';
import {
  ENVIRONMENTS,
  type Environment,
  type EnvironmentStatus,
  PILOTAGE_NAMESPACE,
} from '../../model/types.ts';

export const EMPTY_STATUS: EnvironmentStatus = { sync: 'Unknown', phase: 'Idle', health: 'Unknown' };

/** Conditions of an Environment; the first two stop its reconciliation. */
export type ConditionType = 'Frozen' | 'Held' | 'Ready' | 'Proposed';

/**
 * Changes the status of an environment by a pure function, under optimistic concurrency: two writers (the observer of branches and
 * the reconciler) each change their own fields. Nothing is written when nothing changes. Answers the object as stored, undefined when it is gone.
 */
export async function changeStatus(
  { home, clock }: { readonly home: KubeClient; readonly clock: Clock },
  name: string,
  change: (status: EnvironmentStatus) => EnvironmentStatus,
): Promise<Environment | undefined> {
  return updateObject<Environment>({
    client: home,
    resource: ENVIRONMENTS,
    key: { namespace: PILOTAGE_NAMESPACE, name },
    change(current) {
      const before = current.status ?? EMPTY_STATUS;
      const status = change(before);
      return current.status && deepEqual(status, before) ? undefined : { ...current, status };
    },
    clock,
    subresource: 'status',
    fieldManager: 'pilotage-sync',
  }).catch(notFoundAsUndefined);
}

/** Sets a condition, keeping its transition time while its status stays. */
export function withCondition(
  conditions: readonly Condition[] | undefined,
  type: ConditionType,
  status: 'True' | 'False',
  now: number,
  reason: string,
  message = '',
): readonly Condition[] {
  const next: NewCondition = { type, status, reason, message };
  return [...replaceCondition(conditions ?? [], next, now)].sort((a, b) => (a.type < b.type ? -1 : 1));
}

export const withoutCondition = (
  conditions: readonly Condition[] | undefined,
  type: ConditionType,
): readonly Condition[] => (conditions ?? []).filter((c) => c.type !== type);

export const conditionOf = (
  environment: { readonly status?: EnvironmentStatus },
  type: ConditionType,
): Condition | undefined =>
  environment.status?.conditions?.find((c) => c.type === type && c.status === 'True');
