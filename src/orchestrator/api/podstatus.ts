import type { ContainerStatus, Pod } from '../../kube/objects.ts';
import { ageOf } from './humanduration.ts';

/** The STATUS column of a pod: the reason that tells most (kubernetes `pkg/printers/internalversion/printers.go` printPod). */
export function podStatus(pod: Pod): string {
  const init = initReason(pod);
  const reason = init ?? containerReason(pod) ?? baseReason(pod);
  if (pod.metadata.deletionTimestamp === undefined) return reason;
  if (pod.status?.reason === 'NodeLost') return 'Unknown';
  return pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed' ? reason : 'Terminating';
}

const baseReason = ({ status }: Pod): string => status?.reason || status?.phase || 'Pending';

/** undefined when every init container is through. */
function initReason(pod: Pod): string | undefined {
  const statuses = pod.status?.initContainerStatuses ?? [];
  const sidecars = new Set(
    (pod.spec.initContainers ?? []).filter((c) => c.restartPolicy === 'Always').map((c) => c.name),
  );
  const at = statuses.findIndex(({ name, state, started }) => {
    if (state?.terminated?.exitCode === 0) return false;
    return !(sidecars.has(name) && started === true);
  });
  const current = statuses[at];
  if (!current) return undefined;
  const { terminated, waiting } = current.state ?? {};
  if (terminated) return `Init:${terminated.reason || exitReason(terminated)}`;
  if (waiting?.reason && waiting.reason !== 'PodInitializing') return `Init:${waiting.reason}`;
  return `Init:${at}/${(pod.spec.initContainers ?? []).length}`;
}

function containerReason(pod: Pod): string | undefined {
  const statuses = pod.status?.containerStatuses ?? [];
  let reason: string | undefined;
  // The first container's reason wins: later ones are looked at first and overwritten.
  for (const { state } of [...statuses].reverse()) {
    if (state?.waiting?.reason) reason = state.waiting.reason;
    else if (state?.terminated) reason = state.terminated.reason || exitReason(state.terminated);
  }
  if (reason !== 'Completed' || !statuses.some(isRunning)) return reason;
  const ready = pod.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True');
  return ready ? 'Running' : 'NotReady';
}

const isRunning = ({ ready, state }: ContainerStatus): boolean => ready && state?.running !== undefined;

const exitReason = ({ signal, exitCode }: { readonly signal?: number; readonly exitCode: number }): string =>
  signal ? `Signal:${signal}` : `ExitCode:${exitCode}`;

/** `3 (5m ago)`, or the bare count. */
export function podRestarts(pod: Pod, now: number): string {
  const statuses = pod.status?.containerStatuses ?? [];
  const count = statuses.reduce((sum, status) => sum + status.restartCount, 0);
  const last = statuses
    .map(({ lastState }) => lastState?.terminated?.finishedAt)
    .filter((time) => time !== undefined)
    .sort()
    .at(-1);
  return count > 0 && last ? `${count} (${ageOf(last, now)} ago)` : String(count);
}

export function podReady(pod: Pod): string {
  const ready = (pod.status?.containerStatuses ?? []).filter(isRunning).length;
  return `${ready}/${pod.spec.containers.length}`;
}
