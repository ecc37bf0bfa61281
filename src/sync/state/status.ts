import { type Clock, rfc3339, sleep } from '../../base/clock.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import type { Condition } from '../../kube/values/condition.ts';
import { deepEqual } from '../../kube/values/equal.ts';
import { isConflict, isNotFound } from '../../kube/values/status.ts';
import {
  ENVIRONMENTS,
  type Environment,
  type EnvironmentStatus,
  PILOTAGE_NAMESPACE,
} from '../../model/types.ts';

export const EMPTY_STATUS: EnvironmentStatus = { sync: 'Unknown', phase: 'Idle', health: 'Unknown' };

/** Conditions of an Environment; the first two stop its reconciliation. */
export type ConditionType = 'Frozen' | 'Held' | 'Ready' | 'Proposed';

/** A conflict is read anew: at once, then after 5 ms, 10 ms, … for a write that is not readable before it is durable. */
const RETRIES = 20;
const RETRY_MS = 5;

/**
 * Changes the status of an environment by a pure function, under optimistic concurrency: two writers (the observer of branches and
 * the reconciler) each change their own fields. Nothing is written when nothing changes. Answers the object as stored, undefined when it is gone.
 */
export async function changeStatus(
  { home, clock }: { readonly home: KubeClient; readonly clock: Clock },
  name: string,
  change: (status: EnvironmentStatus) => EnvironmentStatus,
): Promise<Environment | undefined> {
  for (let attempt = 0; ; attempt++) {
    try {
      const current = await home.get(ENVIRONMENTS, { namespace: PILOTAGE_NAMESPACE, name });
      const before = current.status ?? EMPTY_STATUS;
      const status = change(before);
      if (current.status && deepEqual(status, before)) return current;
      return await home.update<Environment>(
        ENVIRONMENTS,
        { ...current, status },
        { subresource: 'status', fieldManager: 'pilotage-sync' },
      );
    } catch (error) {
      if (isNotFound(error)) return undefined;
      if (!isConflict(error) || attempt >= RETRIES) throw error;
      if (attempt > 0) await sleep(clock, RETRY_MS * attempt);
    }
  }
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
  const before = conditions?.find((c) => c.type === type);
  const lastTransitionTime = before?.status === status ? before.lastTransitionTime : undefined;
  const next: Condition = {
    type,
    status,
    reason,
    message,
    lastTransitionTime: lastTransitionTime ?? rfc3339(now),
  };
  return [...(conditions ?? []).filter((c) => c.type !== type), next].sort((a, b) =>
    a.type < b.type ? -1 : 1,
  );
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
