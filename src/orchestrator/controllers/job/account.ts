import { rfc3339 } from '../../../base/clock.ts';
import type { Job, JobStatus, Pod } from '../../../kube/kinds/objects.data.ts';
import type { Condition } from '../../../kube/values/condition.ts';
import { findCondition } from '../../../kube/values/condition.ts';
import { plainJson } from '../../../kube/values/plain.ts';
import type { JobStep } from './decide.ts';
import { ANNOUNCED, COMPLETIONS_REACHED, isComplete, type JobEnd } from './end.ts';
import { isIndexed, isOfValidIndex, isSuspended, type JobFacts } from './facts.ts';
import { judgeFailure } from './failurepolicy.ts';
import { countOf, formatIndexes } from './intervals.ts';
import { indexOf, isFailed, isTracked } from './podfacts.ts';
import { changeOfSuspension, withJobCondition } from './suspension.ts';

/**
 * The ends of pods are counted so that a crash counts none twice and forgets none (KEP-2307): the status lists the pods
 * (`uncountedTerminatedPods`), then their finalizers are taken off, then the counters take the place of the list.
 */

/** What became of the pods in this pass. */
export interface PodOutcome {
  readonly created: number;
  readonly deleted: number;
  /** Of the deleted. */
  readonly deletedReady: number;
}

export interface Account {
  /** To be stored before any finalizer is taken off. */
  readonly status: JobStatus;
  /** Whose finalizer is taken off then. */
  readonly released: readonly Pod[];
  readonly end?: JobEnd;
  /** Some pods that have ended are left for the next pass. */
  readonly isPartial: boolean;
}

/** So many uids keep the status below 20 KB or so (Kubernetes `job_controller.go` MaxUncountedPods). */
const MOST_UNCOUNTED = 500;

/** The first step: what is stored before the finalizers go (`trackJobStatusAndRemoveFinalizers`). */
export function accountFor(facts: JobFacts, step: JobStep, outcome: PodOutcome, now: number): Account {
  const { job, indexes } = facts;
  const active = facts.active.length - outcome.deleted + outcome.created;
  const end = endAfter(facts, step, active);
  const counted = countReleased(job.status ?? {}, uidsOf(facts.pods.filter(isTracked)));
  const { uncounted, released, isPartial } = listEnds(facts, counted, end);
  const suspension = step.type === 'end' || end || isBeingDeleted(job) ? undefined : changeOfSuspension(job);
  const conditions = [suspension, end && announcement(job, end)]
    .filter((change) => change !== undefined)
    .reduce<readonly Condition[]>((list, one) => withJobCondition(list, one, now), counted.conditions ?? []);
  const status = {
    ...counted,
    ...(conditions.length > 0 ? { conditions } : {}),
    startTime: suspension?.status === 'False' ? rfc3339(now) : startTimeOf(job, now),
    active: active || undefined,
    ready: facts.ready - outcome.deletedReady,
    terminating: facts.terminating + outcome.deleted,
    uncountedTerminatedPods: uncounted,
    ...(indexes
      ? {
          succeeded: countOf(indexes.succeeded) || undefined,
          completedIndexes: formatIndexes(indexes.succeeded) || undefined,
          failedIndexes: indexes.failed && formatIndexes(indexes.failed),
        }
      : {}),
  };
  return { status: plainJson(status) as JobStatus, released, isPartial, ...(end ? { end } : {}) };
}

/** The last step. `held`: uids of the pods that still have their finalizer. The Job has ended when nothing is left to be counted. */
export function concludeStatus(
  { status = {} }: Job,
  held: ReadonlySet<string>,
  { end, isPartial }: Pick<Account, 'end' | 'isPartial'>,
  now: number,
): JobStatus {
  const counted = countReleased(status, held);
  const { succeeded = [], failed = [] } = counted.uncountedTerminatedPods ?? {};
  const isOpen = isPartial || succeeded.length + failed.length > 0 || (counted.terminating ?? 0) > 0;
  if (!end || isOpen) return counted;
  const conditions = withJobCondition(counted.conditions ?? [], { ...end, status: 'True' }, now);
  return { ...counted, conditions, ...(end.type === 'Complete' ? { completionTime: rfc3339(now) } : {}) };
}

/** A Job that is to end does so once no pod is active; one that goes on is complete when enough have succeeded. */
function endAfter(facts: JobFacts, step: JobStep, active: number): JobEnd | undefined {
  if (step.type === 'end') return active === 0 ? step.end : undefined;
  return isComplete(facts, active) ? COMPLETIONS_REACHED : undefined;
}

const isBeingDeleted = ({ metadata }: Job): boolean => metadata.deletionTimestamp !== undefined;

const startTimeOf = (job: Job, now: number): string | undefined =>
  job.status?.startTime ?? (isSuspended(job) ? undefined : rfc3339(now));

function announcement({ status }: Job, { type, reason, message }: JobEnd) {
  const known = findCondition(status?.conditions, ANNOUNCED[type]);
  return known ? undefined : { type: ANNOUNCED[type], status: 'True' as const, reason, message };
}

export const uidsOf = (pods: readonly Pod[]): ReadonlySet<string> =>
  new Set(pods.map(({ metadata }) => metadata.uid ?? ''));

/** Those on the list that have lost their finalizer are counted (`cleanUncountedPodsWithoutFinalizers`). */
function countReleased(status: JobStatus, held: ReadonlySet<string>): JobStatus {
  const { succeeded = [], failed = [] } = status.uncountedTerminatedPods ?? {};
  const left = {
    succeeded: succeeded.filter((uid) => held.has(uid)),
    failed: failed.filter((uid) => held.has(uid)),
  };
  const counted = {
    ...status,
    succeeded: (status.succeeded ?? 0) + succeeded.length - left.succeeded.length || undefined,
    failed: (status.failed ?? 0) + failed.length - left.failed.length || undefined,
    uncountedTerminatedPods: listed(left.succeeded, left.failed),
  };
  return plainJson(counted) as JobStatus;
}

const listed = (succeeded: readonly string[], failed: readonly string[]) => ({
  ...(succeeded.length > 0 ? { succeeded } : {}),
  ...(failed.length > 0 ? { failed } : {}),
});

function listEnds(facts: JobFacts, { uncountedTerminatedPods }: JobStatus, end: JobEnd | undefined) {
  const succeeded = [...(uncountedTerminatedPods?.succeeded ?? [])];
  const failed = [...(uncountedTerminatedPods?.failed ?? [])];
  const [knownSucceeded, knownFailed] = [new Set(succeeded), new Set(failed)];
  const released: Pod[] = [];
  let indexes = 0;
  let isPartial = false;
  for (const pod of facts.pods.filter((one) => isTracked(one) && mayRelease(facts, one, end))) {
    if (indexes + succeeded.length + failed.length >= MOST_UNCOUNTED) {
      isPartial = true;
      break;
    }
    const { uid = '' } = pod.metadata;
    released.push(pod);
    if (pod.status?.phase === 'Succeeded' && !knownFailed.has(uid)) {
      // Of an indexed Job the list of its indexes is enough.
      if (isIndexed(facts.job)) indexes++;
      else if (!knownSucceeded.has(uid)) succeeded.push(uid);
    } else if (countsAsFailed(facts.job, pod, end) && !knownFailed.has(uid)) failed.push(uid);
  }
  return { uncounted: listed(succeeded, failed), released, isPartial };
}

/** Whether nothing more is to be learnt of a pod (`canRemoveFinalizer`). */
function mayRelease({ job, indexes }: JobFacts, pod: Pod, end: JobEnd | undefined): boolean {
  if (isBeingDeleted(job) || end || pod.status?.phase === 'Succeeded') return true;
  return isFailed(job, pod) && indexes?.replaced.get(indexOf(pod) ?? -1)?.metadata.uid !== pod.metadata.uid;
}

/** When the Job has failed, so has every pod that had not ended. */
function countsAsFailed(job: Job, pod: Pod, end: JobEnd | undefined): boolean {
  if (!isFailed(job, pod) && end?.type !== 'Failed') return false;
  return isOfValidIndex(job, pod) && judgeFailure(job, pod).counts;
}
