import type { Job, Pod } from '../../../kube/kinds/objects.data.ts';
import { isActive, isReady } from '../pods.ts';
import { type Backoff, failuresBefore, nextBackoff } from './backoff.ts';
import { judgeFailure } from './failurepolicy.ts';
import { countOf, type Intervals, includes, indexesOf, parseIndexes, union } from './intervals.ts';
import { INDEX_FAILURES } from './labels.ts';
import { countAt, finishedAt, indexOf, isFailed, isTerminating, isTracked } from './podfacts.ts';

/** What is known of a Job at the beginning of a pass, before anything is done (Kubernetes `job_controller.go` syncJobCtx). */
export interface JobFacts {
  readonly job: Job;
  /** All that it controls, those at their end included. */
  readonly pods: readonly Pod[];
  readonly active: readonly Pod[];
  readonly terminating: number;
  readonly ready: number;
  /** Pods, of an indexed Job: indexes; with those whose end is seen for the first time. */
  readonly succeeded: number;
  /** Without those that the podFailurePolicy ignores. */
  readonly failed: number;
  /** Of an indexed Job. */
  readonly indexes?: IndexFacts;
  readonly backoff: Backoff;
}

export interface IndexFacts {
  readonly succeeded: Intervals;
  /** Where each index has its own limit. */
  readonly failed?: Intervals;
  /**
   * By index: the failed pod that the next one replaces. It is kept until then, because it says how often its index has failed
   * (`indexed_job_utils.go` getPodsWithDelayedDeletionPerIndex).
   */
  readonly replaced: ReadonlyMap<number, Pod>;
}

export const isIndexed = ({ spec }: Job): boolean => spec.completionMode === 'Indexed';
export const isSuspended = ({ spec }: Job): boolean => spec.suspend === true;
export const completionsOf = ({ spec }: Job): number => spec.completions ?? 0;
const limitPerIndex = ({ spec }: Job): number | undefined => spec.backoffLimitPerIndex;
export const hasLimitPerIndex = (job: Job): boolean => limitPerIndex(job) !== undefined;

/** Whether a pod belongs to an index of the Job; any pod does where there are no indexes. */
export function isOfValidIndex(job: Job, pod: Pod): boolean {
  const index = indexOf(pod);
  return !isIndexed(job) || (index !== undefined && index < completionsOf(job));
}

export function observeJob(job: Job, pods: readonly Pod[], backoff: Backoff): JobFacts {
  const { succeeded = 0, failed = 0, uncountedTerminatedPods = {} } = job.status ?? {};
  const uncounted = { succeeded: [], failed: [], ...uncountedTerminatedPods };
  const fresh = pods.filter((pod) => isTracked(pod) && isOfValidIndex(job, pod));
  const isNew = (pod: Pod, list: readonly string[]) => !list.includes(pod.metadata.uid ?? '');
  const newSucceeded = fresh.filter(
    (pod) => pod.status?.phase === 'Succeeded' && isNew(pod, uncounted.succeeded),
  );
  const newFailed = fresh.filter((pod) => isFailed(job, pod) && isNew(pod, uncounted.failed));
  const active = pods.filter(isActive);
  const indexes = isIndexed(job) ? observeIndexes(job, fresh, active) : undefined;
  const counted = newFailed.filter((pod) => judgeFailure(job, pod).counts);
  return {
    job,
    pods,
    active,
    terminating: pods.filter(isTerminating).length,
    ready: active.filter(isReady).length,
    succeeded: indexes
      ? countOf(indexes.succeeded)
      : succeeded + newSucceeded.length + uncounted.succeeded.length,
    failed: failed + counted.length + uncounted.failed.length,
    ...(indexes ? { indexes } : {}),
    backoff: nextBackoff(backoff, newSucceeded, newFailed),
  };
}

/** `fresh`: pods of valid indexes that have not been counted. */
function observeIndexes(job: Job, fresh: readonly Pod[], active: readonly Pod[]): IndexFacts {
  const { completedIndexes, failedIndexes } = job.status ?? {};
  const completions = completionsOf(job);
  const withEnds = (before: string | undefined, ended: readonly Pod[]): Intervals =>
    union(parseIndexes(before, completions), indexesOf(ended.flatMap((pod) => indexOf(pod) ?? [])));
  const succeeded = withEnds(
    completedIndexes,
    fresh.filter((pod) => pod.status?.phase === 'Succeeded'),
  );
  if (!hasLimitPerIndex(job)) return { succeeded, replaced: new Map() };
  const failed = withEnds(
    failedIndexes,
    fresh.filter((pod) => hasIndexFailed(job, pod)),
  );
  const settled = union(succeeded, failed, indexesOf(active.flatMap((pod) => indexOf(pod) ?? [])));
  const replaceable = fresh.filter((pod) => isFailed(job, pod) && !includes(settled, indexOf(pod) ?? 0));
  return { succeeded, failed, replaced: latestByIndex(replaceable) };
}

/** By the pod that has failed more often than its index may, or by the podFailurePolicy. */
function hasIndexFailed(job: Job, pod: Pod): boolean {
  if (!isFailed(job, pod)) return false;
  const { action, counts } = judgeFailure(job, pod);
  return action === 'FailIndex' || (counts && countAt(pod, INDEX_FAILURES) >= (limitPerIndex(job) ?? 0));
}

function latestByIndex(pods: readonly Pod[]): ReadonlyMap<number, Pod> {
  const latest = new Map<number, Pod>();
  for (const pod of pods) {
    const index = indexOf(pod) ?? 0;
    const known = latest.get(index);
    if (!known || follows(pod, known)) latest.set(index, pod);
  }
  return latest;
}

const follows = (pod: Pod, known: Pod): boolean =>
  failuresBefore(known) <= failuresBefore(pod) && finishedAt(pod) >= finishedAt(known);
