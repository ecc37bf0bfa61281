import { rfc3339 } from '../../../base/clock.ts';
import type { Job } from '../../../kube/kinds/objects.data.ts';
import {
  type Conditions,
  findCondition,
  type NewCondition,
  withCondition,
} from '../../../kube/values/condition.ts';
import { isSuspended } from './facts.ts';

/** The condition in the place of an earlier one of its type, with both of its times (`job_controller.go` ensureJobConditionStatus). */
export function withJobCondition(conditions: Conditions, next: NewCondition, now: number): Conditions {
  const time = rfc3339(now);
  return withCondition(conditions, { ...next, lastProbeTime: time, lastTransitionTime: time });
}

/** The condition Suspended where it has changed. A Job that never was suspended has none. */
export function changeOfSuspension(job: Job): NewCondition | undefined {
  const known = findCondition(job.status?.conditions, 'Suspended')?.status;
  if (isSuspended(job)) return known === 'True' ? undefined : SUSPENDED;
  return known === 'True' ? RESUMED : undefined;
}

const SUSPENDED: NewCondition = {
  type: 'Suspended',
  status: 'True',
  reason: 'JobSuspended',
  message: 'Job suspended',
};
const RESUMED: NewCondition = {
  type: 'Suspended',
  status: 'False',
  reason: 'JobResumed',
  message: 'Job resumed',
};
