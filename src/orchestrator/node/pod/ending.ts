import type { PodRecord } from './podrecord.ts';
import type { Ending } from './view.ts';

/** A pod that was removed by force is not waited for. */
const ORPHAN_GRACE_MS = 2_000;

/** Why and by when a pod has to end, or undefined. Times in ms since the epoch. */
export function endingOf(record: PodRecord, orphanedAt: number | undefined, now: number): Ending | undefined {
  if (orphanedAt !== undefined)
    return { reason: 'unknown to the API', deadline: orphanedAt + ORPHAN_GRACE_MS };
  const { deletionTimestamp } = record.pod.metadata;
  if (deletionTimestamp) return { reason: 'deleted', deadline: Date.parse(deletionTimestamp) };
  const { failure } = record;
  if (failure) return { reason: 'failed', failure, deadline: failure.deadline };
  const limit = activeUntil(record);
  return limit !== undefined && now >= limit
    ? { reason: 'failed', failure: DEADLINE_EXCEEDED, deadline: limit }
    : undefined;
}

const DEADLINE_EXCEEDED = {
  reason: 'DeadlineExceeded',
  message: 'Pod was active on the node longer than the specified deadline',
  isDisruption: false,
};

/** When activeDeadlineSeconds are over. */
export function activeUntil({ pod, startTime }: PodRecord): number | undefined {
  const seconds = pod.spec.activeDeadlineSeconds;
  return seconds === undefined ? undefined : startTime + seconds * 1000;
}
