import type { ContainerStatus, Pod } from '../../../kube/kinds/objects.data.ts';
import { isSidecar } from '../../../kube/kinds/podspec/sidecars.ts';
import { findCondition } from '../../../kube/values/condition.ts';
import { ageOf } from './humanduration.ts';

/** The STATUS column of a pod: the reason that tells most (kubernetes `pkg/printers/internalversion/printers.go` printPod). */
export function podStatus(pod: Pod): string {
  const init = initReason(pod);
  const reason = init ?? containerReason(pod) ?? baseReason(pod);
  if (pod.metadata.deletionTimestamp === undefined) return reason;
  if (pod.status?.reason === 'NodeLost') return 'Unknown';
  return pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed' ? reason : 'Terminating';
}

function baseReason({ status }: Pod): string {
  const isGated = findCondition(status?.conditions, 'PodScheduled')?.reason === 'SchedulingGated';
  return isGated ? 'SchedulingGated' : status?.reason || status?.phase || 'Pending';
}

/** Init containers until the one that the pod is at; undefined when it is past them all. */
function initializing(pod: Pod): readonly ContainerStatus[] | undefined {
  if (hasCondition(pod, 'Initialized')) return undefined;
  const sidecars = sidecarsOf(pod);
  const statuses = pod.status?.initContainerStatuses ?? [];
  const at = statuses.findIndex(({ name, state, started }) => {
    if (state?.terminated?.exitCode === 0) return false;
    return !(sidecars.has(name) && started === true);
  });
  return at < 0 ? undefined : statuses.slice(0, at + 1);
}

function initReason(pod: Pod): string | undefined {
  const begun = initializing(pod);
  const current = begun?.at(-1);
  if (!begun || !current) return undefined;
  const { terminated, waiting } = current.state ?? {};
  if (terminated) return `Init:${terminated.reason || exitReason(terminated)}`;
  if (waiting?.reason && waiting.reason !== 'PodInitializing') return `Init:${waiting.reason}`;
  return `Init:${begun.length - 1}/${(pod.spec.initContainers ?? []).length}`;
}

const sidecarsOf = ({ spec }: Pod): ReadonlySet<string> =>
  new Set((spec.initContainers ?? []).filter(isSidecar).map(({ name }) => name));

const sidecarStatuses = (pod: Pod): readonly ContainerStatus[] => {
  const sidecars = sidecarsOf(pod);
  return (pod.status?.initContainerStatuses ?? []).filter(({ name }) => sidecars.has(name));
};

const hasCondition = ({ status }: Pod, wanted: string): boolean =>
  status?.conditions?.some((one) => one.type === wanted && one.status === 'True') ?? false;

function containerReason(pod: Pod): string | undefined {
  const statuses = pod.status?.containerStatuses ?? [];
  let reason: string | undefined;
  // The first container's reason wins: later ones are looked at first and overwritten.
  for (const { state } of [...statuses].reverse()) {
    if (state?.waiting?.reason) reason = state.waiting.reason;
    else if (state?.terminated) reason = state.terminated.reason || exitReason(state.terminated);
  }
  if (reason !== 'Completed' || !statuses.some(isRunning)) return reason;
  return hasCondition(pod, 'Ready') ? 'Running' : 'NotReady';
}

const isRunning = ({ ready, state }: ContainerStatus): boolean => ready && state?.running !== undefined;

const exitReason = ({ signal, exitCode }: { readonly signal?: number; readonly exitCode: number }): string =>
  signal ? `Signal:${signal}` : `ExitCode:${exitCode}`;

/** `3 (5m ago)`, or the bare count: of init containers while the pod is at them, of what goes on running afterwards. */
export function podRestarts(pod: Pod, now: number): string {
  const statuses = initializing(pod) ?? [...sidecarStatuses(pod), ...(pod.status?.containerStatuses ?? [])];
  const count = statuses.reduce((sum, status) => sum + status.restartCount, 0);
  const last = statuses
    .map(({ lastState }) => lastState?.terminated?.finishedAt)
    .filter((time) => time !== undefined)
    .sort()
    .at(-1);
  return count > 0 && last ? `${count} (${ageOf(last, now)} ago)` : String(count);
}

export function podReady(pod: Pod): string {
  const sidecars = sidecarStatuses(pod).filter(({ ready, started }) => ready && started === true);
  const running = initializing(pod) ? [] : (pod.status?.containerStatuses ?? []).filter(isRunning);
  return `${sidecars.length + running.length}/${sidecarsOf(pod).size + pod.spec.containers.length}`;
}
