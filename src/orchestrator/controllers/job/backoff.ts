import { backoffMs } from '../../../base/queue.ts';
import type { Pod } from '../../../kube/kinds/objects.data.ts';
import { INDEX_FAILURES, INDEX_IGNORED_FAILURES } from './labels.ts';
import { countAt, finishedAt } from './podfacts.ts';

/** Failed pods since the last one that succeeded. It is kept in memory alone, as in Kubernetes (`backoff_utils.go`). */
export interface Backoff {
  readonly failures: number;
  /** Milliseconds since the epoch. */
  readonly lastFailureMs?: number;
}

export const NO_BACKOFF: Backoff = { failures: 0 };

const BASE_MS = 10_000;
const MAX_MS = 10 * 60_000;

/** Takes in pods whose end is seen for the first time. */
export function nextBackoff(before: Backoff, succeeded: readonly Pod[], failed: readonly Pod[]): Backoff {
  const lastSuccess = Math.max(...succeeded.map(finishedAt));
  const later = failed.map(finishedAt).filter((time) => succeeded.length === 0 || time > lastSuccess);
  const kept = succeeded.length === 0 ? before : NO_BACKOFF;
  if (later.length === 0) return kept;
  return { failures: kept.failures + later.length, lastFailureMs: Math.max(...later) };
}

/** How long no pod is to be created yet: 10 s after the first failure, doubled by each further one, ten minutes at most. */
export function remainingMs({ failures, lastFailureMs }: Backoff, now: number): number {
  if (failures === 0 || lastFailureMs === undefined) return 0;
  return Math.max(0, backoffMs(failures, BASE_MS, MAX_MS) - (now - lastFailureMs));
}

/** The same for one index, by the pod that is replaced. */
export function remainingOfIndexMs(replaced: Pod | undefined, now: number): number {
  if (!replaced) return 0;
  return remainingMs({ failures: failuresBefore(replaced) + 1, lastFailureMs: finishedAt(replaced) }, now);
}

/** How many pods of its index have failed before it, whether they counted or not. */
export const failuresBefore = (pod: Pod): number =>
  countAt(pod, INDEX_FAILURES) + countAt(pod, INDEX_IGNORED_FAILURES);
