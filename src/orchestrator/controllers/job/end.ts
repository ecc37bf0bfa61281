import type { Job, Pod } from '../../../kube/kinds/objects.data.ts';
import { findCondition } from '../../../kube/values/condition.ts';
import { completionsOf, isSuspended, type JobFacts } from './facts.ts';
import { judgeFailure } from './failurepolicy.ts';
import { countOf } from './intervals.ts';
import { isFailed } from './podfacts.ts';
import { metSuccessPolicy } from './successpolicy.ts';

/** How a Job ends, and why, in Kubernetes' words. */
export interface JobEnd {
  readonly type: 'Complete' | 'Failed';
  readonly reason: string;
  readonly message: string;
}

/** The condition that says how a Job will end, before its last pods have ended (KEP-3939, KEP-3998). */
export const ANNOUNCED = { Complete: 'SuccessCriteriaMet', Failed: 'FailureTarget' } as const;

const failed = (reason: string, message: string): JobEnd => ({ type: 'Failed', reason, message });

export const COMPLETIONS_REACHED: JobEnd = {
  type: 'Complete',
  reason: 'CompletionsReached',
  message: 'Reached expected number of succeeded pods',
};

/** Why a Job ends although it may have active pods: these are then deleted. What an earlier pass has announced stays (`syncJob`). */
export function endOf(facts: JobFacts, now: number): JobEnd | undefined {
  const { job, pods } = facts;
  return (
    announcedEnd(job) ??
    failureByPolicy(job, pods) ??
    failureByLimit(facts, now) ??
    failureOfIndexes(facts) ??
    successByPolicy(facts)
  );
}

/** Enough pods have succeeded, and none is active any more. Without a number of completions, one success is enough. */
export function isComplete({ job, succeeded }: JobFacts, active: number): boolean {
  const { completions } = job.spec;
  return active === 0 && (completions === undefined ? succeeded > 0 : succeeded >= completions);
}

function announcedEnd({ status }: Job): JobEnd | undefined {
  const types = ['Complete', 'Failed'] as const;
  const type = types.find((one) => findCondition(status?.conditions, ANNOUNCED[one])?.status === 'True');
  if (type === undefined) return undefined;
  const { reason = '', message = '' } = findCondition(status?.conditions, ANNOUNCED[type]) ?? {};
  return { type, reason, message };
}

function failureByPolicy(job: Job, pods: readonly Pod[]): JobEnd | undefined {
  for (const pod of pods) {
    const message = isFailed(job, pod) ? judgeFailure(job, pod).message : undefined;
    if (message !== undefined) return failed('PodFailurePolicy', message);
  }
  return undefined;
}

function failureByLimit(facts: JobFacts, now: number): JobEnd | undefined {
  const limit = facts.job.spec.backoffLimit ?? 6;
  if (facts.failed > limit || hasTooManyRestarts(facts, limit)) {
    return failed('BackoffLimitExceeded', 'Job has reached the specified backoff limit');
  }
  const left = deadlineInMs(facts.job, now);
  return left !== undefined && left <= 0
    ? failed('DeadlineExceeded', 'Job was active longer than specified deadline')
    : undefined;
}

/** Where containers are restarted in their pod, their restarts are what has failed (`pastBackoffLimitOnFailure`). */
function hasTooManyRestarts({ job, pods }: JobFacts, limit: number): boolean {
  if (job.spec.template.spec.restartPolicy !== 'OnFailure') return false;
  const restarts = pods
    .filter(({ status }) => status?.phase === 'Running' || status?.phase === 'Pending')
    .flatMap(({ status }) => [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])])
    .reduce((sum, { restartCount }) => sum + restartCount, 0);
  return limit === 0 ? restarts > 0 : restarts >= limit;
}

/** Milliseconds until the Job has been active for too long; undefined while nothing limits it. */
export function deadlineInMs(job: Job, now: number): number | undefined {
  const { activeDeadlineSeconds } = job.spec;
  if (activeDeadlineSeconds === undefined || isSuspended(job)) return undefined;
  const { startTime, conditions } = job.status ?? {};
  // Time in which it was suspended does not count: it starts anew.
  const hasStarted = startTime !== undefined && findCondition(conditions, 'Suspended')?.status !== 'True';
  return (hasStarted ? Date.parse(startTime) : now) + activeDeadlineSeconds * 1000 - now;
}

function failureOfIndexes({ job, indexes }: JobFacts): JobEnd | undefined {
  if (!indexes?.failed) return undefined;
  const [lost, done] = [countOf(indexes.failed), countOf(indexes.succeeded)];
  if (lost > (job.spec.maxFailedIndexes ?? Infinity)) {
    return failed(
      'MaxFailedIndexesExceeded',
      'Job has exceeded the specified maximal number of failed indexes',
    );
  }
  return lost > 0 && lost + done >= completionsOf(job)
    ? failed('FailedIndexes', 'Job has failed indexes')
    : undefined;
}

function successByPolicy({ job, indexes }: JobFacts): JobEnd | undefined {
  const message = indexes && metSuccessPolicy(job, indexes.succeeded);
  return message === undefined ? undefined : { type: 'Complete', reason: 'SuccessPolicy', message };
}
