import type { Pod } from '../../kube/kinds/objects.data.ts';
import { isFinished } from '../../kube/kinds/podspec/phase.ts';
import { findCondition } from '../../kube/values/condition.ts';

/** Neither finished nor being deleted: counts as a replica (Kubernetes `controller_utils.go` IsPodActive). */
export function isActive(pod: Pod): boolean {
  return !isFinished(pod) && !isLeaving(pod);
}

/** Being deleted, whether it has come to its end or not. */
export function isLeaving(pod: Pod): boolean {
  return pod.metadata.deletionTimestamp !== undefined;
}

export function isReady(pod: Pod): boolean {
  return findCondition(pod.status?.conditions, 'Ready')?.status === 'True';
}

/** When the pod became ready, in ms since the epoch; undefined while it is not. */
export function readySince(pod: Pod): number | undefined {
  const ready = findCondition(pod.status?.conditions, 'Ready');
  if (ready?.status !== 'True') return undefined;
  return ready.lastTransitionTime === undefined ? undefined : Date.parse(ready.lastTransitionTime);
}

/** Milliseconds until a ready pod has been ready for `minReadySeconds`: 0 when it is available, undefined while it is not ready. */
export function availableInMs(pod: Pod, minReadySeconds: number, now: number): number | undefined {
  if (!isReady(pod)) return undefined;
  if (minReadySeconds === 0) return 0;
  const since = readySince(pod);
  return since === undefined ? undefined : Math.max(0, since + minReadySeconds * 1000 - now);
}

/** When to check again because a pod will have been ready for long enough; undefined when time alone changes nothing. */
export function nextAvailableInMs(
  pods: readonly Pod[],
  minReadySeconds: number,
  now: number,
): number | undefined {
  const waits = pods
    .map((pod) => availableInMs(pod, minReadySeconds, now))
    .filter((wait) => wait !== undefined && wait > 0);
  return waits.length === 0 ? undefined : Math.min(...waits.map(Number));
}
