import type { ContainerStatus, Pod } from '../kube/kinds/objects.data.ts';
import { condition, statusesOf } from './podparts.ts';

/** The condition in which the node agent reports a process that listens on every address; such a pod never becomes ready. */
export const WILDCARD_ADDRESS = 'pilotage.dev/WildcardAddress';

/** Reasons of a waiting container that do not resolve by waiting (kubelet `kuberuntime_container.go`, `images/types.go`). */
const HOPELESS: ReadonlySet<string> = new Set([
  'CrashLoopBackOff',
  'RunContainerError',
  'CreateContainerError',
  'PostStartHookError',
  'ListensOnWildcard',
  'ImagePullBackOff',
  'InvalidImageName',
  'ErrImageNeverPull',
]);

/** A container that was restarted after crashes has not recovered until it is ready. */
const RECENT_MS = 60_000;

/**
 * Why a pod will not come up without a change, or undefined. A crash loop begins with the second crash: the first
 * restart is immediate, and one crash may have been a start that came too early. `now` in ms since the epoch.
 */
export function stuckReason(pod: Pod, now = Number.POSITIVE_INFINITY): string | undefined {
  if (condition(pod, WILDCARD_ADDRESS)?.status === 'True') return 'ListensOnWildcard';
  for (const status of statusesOf(pod)) {
    const waiting = status.state?.waiting?.reason;
    if (waiting !== undefined && HOPELESS.has(waiting)) return waiting;
    if (crashesAgain(status, pod, now)) return 'CrashLoopBackOff';
  }
  return undefined;
}

function crashesAgain(status: ContainerStatus, pod: Pod, now: number): boolean {
  const { running, terminated } = status.state ?? {};
  const isInit = pod.status?.initContainerStatuses?.some(({ name }) => name === status.name) ?? false;
  if (terminated) return status.restartCount > 0 && (terminated.exitCode !== 0 || !isInit);
  return (
    running !== undefined &&
    !status.ready &&
    status.restartCount > 1 &&
    status.lastState?.terminated !== undefined &&
    now - Date.parse(running.startedAt ?? '') < RECENT_MS
  );
}
