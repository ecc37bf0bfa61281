import type { Job, Pod } from '../../../kube/kinds/objects.data.ts';
import { isReady, readySince } from '../pods.ts';
import { remainingMs, remainingOfIndexMs } from './backoff.ts';
import {
  completionsOf,
  hasLimitPerIndex,
  type IndexFacts,
  isIndexed,
  isOfValidIndex,
  isSuspended,
  type JobFacts,
} from './facts.ts';
import { firstFree, indexesOf, union } from './intervals.ts';
import { indexOf, isTerminating, replacesFailedOnly } from './podfacts.ts';

/** What is to be done about the pods of a Job that goes on. */
export type PodPlan =
  | { readonly type: 'keep' }
  | { readonly type: 'delete'; readonly pods: readonly Pod[] }
  /** An undefined index: a pod of a Job that has none. */
  | { readonly type: 'create'; readonly indexes: readonly (number | undefined)[] }
  | { readonly type: 'wait'; readonly afterMs: number };

/** The most creations or deletions of one pass (Kubernetes `job_controller.go` MaxPodCreateDeletePerSync). */
const BURST = 500;

/** Kubernetes `job_controller.go` manageJob: a pass either creates or deletes, and deleting comes first. */
export function planPods(facts: JobFacts, now: number): PodPlan {
  const { job, active, terminating } = facts;
  const wanted = isSuspended(job) ? 0 : wantedPods(facts);
  const surplus = surplusOf(job, active, Math.max(0, active.length - wanted));
  if (surplus.length > 0)
    return { type: 'delete', pods: isSuspended(job) ? surplus : surplus.slice(0, BURST) };
  const missing = wanted - active.length - (replacesFailedOnly(job) ? terminating : 0);
  return missing > 0 ? planCreation(facts, Math.min(missing, BURST), now) : { type: 'keep' };
}

function wantedPods({ job, active, succeeded }: JobFacts): number {
  const { completions, parallelism = 1 } = job.spec;
  // Its own pods know when such a Job has done its work: after the first success the others are left alone.
  if (completions === undefined) return succeeded > 0 ? active.length : parallelism;
  return Math.max(0, Math.min(completions - succeeded, parallelism));
}

function planCreation({ indexes, backoff, ...facts }: JobFacts, count: number, now: number): PodPlan {
  const { job } = facts;
  const waitMs = hasLimitPerIndex(job) ? 0 : remainingMs(backoff, now);
  if (waitMs > 0) return { type: 'wait', afterMs: waitMs };
  if (!indexes) return { type: 'create', indexes: Array.from({ length: count }, () => undefined) };
  const pending = pendingIndexes({ ...facts, backoff }, indexes, count);
  const waits = pending.map((index) => remainingOfIndexMs(indexes.replaced.get(index), now));
  const due = pending.filter((_, i) => waits[i] === 0);
  if (due.length > 0) return { type: 'create', indexes: due };
  return pending.length > 0 ? { type: 'wait', afterMs: Math.min(...waits) } : { type: 'keep' };
}

/** The lowest indexes that have neither ended nor a pod (`indexed_job_utils.go` firstPendingIndexes). */
function pendingIndexes(
  { job, pods, active }: JobFacts,
  { succeeded, failed = [] }: IndexFacts,
  count: number,
): readonly number[] {
  const awaited = replacesFailedOnly(job) ? pods.filter(isTerminating) : [];
  const taken = indexesOf([...active, ...awaited].flatMap((pod) => indexOf(pod) ?? []));
  return firstFree(union(succeeded, failed, taken), count, completionsOf(job));
}

/** At least `count` of the active pods, and whatever has no index of the Job, or shares one (`activePodsForRemoval`). */
function surplusOf(job: Job, active: readonly Pod[], count: number): readonly Pod[] {
  if (count === 0 && !isIndexed(job)) return [];
  const ranked = [...active].sort(byWorth);
  const best = new Map(ranked.map((pod) => [indexOf(pod), pod]));
  const isNeeded = (pod: Pod) => isOfValidIndex(job, pod) && best.get(indexOf(pod)) === pod;
  const useless = isIndexed(job) ? ranked.filter((pod) => !isNeeded(pod)) : [];
  const rest = isIndexed(job) ? ranked.filter(isNeeded) : ranked;
  return [...useless, ...rest.slice(0, Math.max(0, count - useless.length))];
}

const PHASES: readonly (string | undefined)[] = ['Pending', 'Unknown', 'Running'];

/** The first are the first to go: what is least far on, then what is youngest (`controller_utils.go` ActivePods). */
function byWorth(a: Pod, b: Pod): number {
  const criteria: readonly ((pod: Pod) => number)[] = [
    (pod) => Number(Boolean(pod.spec.nodeName)),
    (pod) => PHASES.indexOf(pod.status?.phase),
    (pod) => Number(isReady(pod)),
    (pod) => -(readySince(pod) ?? Infinity),
    (pod) => -Math.max(0, ...(pod.status?.containerStatuses ?? []).map(({ restartCount }) => restartCount)),
    (pod) => -Date.parse(pod.metadata.creationTimestamp ?? ''),
  ];
  const orders = criteria.map((worth) => worth(a) - worth(b));
  return orders.find((order) => order !== 0 && !Number.isNaN(order)) ?? 0;
}
