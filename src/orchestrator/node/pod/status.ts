import { rfc3339 } from '../../../base/clock.ts';
import type {
  Container,
  ContainerState,
  ContainerStateTerminated,
  ContainerStatus,
  PodPhase,
  PodStatus,
} from '../../../kube/kinds/objects.data.ts';
import { qosClass } from '../../../kube/kinds/podspec/qos.ts';
import { isObject } from '../../../kube/values/equal.ts';
import type { Attempt } from '../runtime/runtime.ts';
import { isPlanned, restartAt } from './backoff.ts';
import { podConditions } from './conditions.ts';
import { lacksServices, succeeded, terminalPhase } from './lifecycle.ts';
import {
  type ContainerView,
  ephemeralContainersOf,
  hasBegun,
  isRunning,
  isSidecar,
  type PodView,
} from './view.ts';

/** The status that the API should show, as a whole: what other writers own in `before` (conditions) is carried along. */
export function podStatus(view: PodView, before: PodStatus | undefined, now: number): PodStatus {
  const { pod } = view;
  const phase = phaseOf(view, before);
  const initDone = isInitialized(view);
  const statuses = (views: readonly ContainerView[], containers: readonly Container[], waiting: string) =>
    containers.flatMap((container) => {
      const one = views.find((v) => v.name === container.name);
      return one ? [containerStatus(view, container, one, waiting, now)] : [];
    });
  const containerStatuses = statuses(
    view.containers,
    pod.spec.containers,
    initDone ? 'ContainerCreating' : 'PodInitializing',
  );
  const initContainerStatuses = statuses(
    view.initContainers,
    pod.spec.initContainers ?? [],
    'PodInitializing',
  );
  const ephemeralContainerStatuses = statuses(
    view.ephemeralContainers,
    ephemeralContainersOf(pod),
    'ContainerCreating',
  );
  const conditions = podConditions({
    view,
    phase,
    initDone,
    containerStatuses,
    initContainerStatuses,
    before: before?.conditions ?? [],
    now,
  });
  return {
    ...endingFields(view, phase),
    phase,
    conditions,
    hostIP: view.hostIP,
    hostIPs: [{ ip: view.hostIP }],
    podIP: view.podIP,
    podIPs: [{ ip: view.podIP }],
    startTime: rfc3339(view.startTime),
    qosClass: before?.qosClass ?? qosClass(pod.spec),
    ...(initContainerStatuses.length > 0 ? { initContainerStatuses } : {}),
    containerStatuses,
    ...(ephemeralContainerStatuses.length > 0 ? { ephemeralContainerStatuses } : {}),
  };
}

function endingFields(view: PodView, phase: PodPhase): { reason?: string; message?: string } {
  const failure = view.ending?.failure;
  if (!failure || phase !== 'Failed') return {};
  return { reason: failure.reason, message: failure.message };
}

/** All init containers are through, sidecars among them started; a pod that was so stays so (kubelet `status/generate.go`). */
function isInitialized(view: PodView): boolean {
  return (
    hasBegun(view) ||
    view.initContainers.every((one) => (isSidecar(view.pod, one.name) ? one.started : succeeded(one)))
  );
}

/** kubelet `kubelet_pods.go` getPhase. A phase that was final stays. */
function phaseOf(view: PodView, before: PodStatus | undefined): PodPhase {
  if (before?.phase === 'Succeeded' || before?.phase === 'Failed') return before.phase;
  if (view.ending?.failure && !view.containers.some(isRunning)) return 'Failed';
  const terminal = terminalPhase(view);
  if (terminal) return terminal;
  const begun = isInitialized(view) && view.containers.every((one) => one.current !== undefined);
  if (begun) return endedPhase(view) ?? 'Running';
  return before?.phase === 'Running' ? 'Running' : 'Pending';
}

/** A pod that is being ended and whose containers all have ended says how, also where the policy would have restarted them. */
function endedPhase(view: PodView): PodPhase | undefined {
  if (!view.ending || view.containers.some(isRunning)) return undefined;
  const clean = view.containers.every(
    (one) => one.current?.state.type === 'exited' && one.current.state.exitCode === 0,
  );
  return clean ? 'Succeeded' : 'Failed';
}

function containerStatus(
  view: PodView,
  container: Container,
  one: ContainerView,
  waiting: string,
  now: number,
): ContainerStatus {
  const { current, previous } = one;
  const state = stateOf(view, one, waiting, now);
  const last = state.waiting && current && !isRunning(one) ? current : previous;
  const running = state.running !== undefined;
  return {
    name: container.name,
    state,
    // What ended with its node starts over: nothing has happened to it.
    lastState: last && !isPlanned(last) ? { terminated: terminated(last) } : {},
    ready: running
      ? one.started && one.ready && !one.stopping && !isNeverReady(view, one)
      : isFinishedInit(view, one),
    started: running && one.started,
    restartCount: current?.restarts ?? 0,
    image: container.image ?? '',
    imageID: current?.image.digest ?? '',
    // What the node has allotted: all that is asked for (KEP-1287).
    ...(current ? { resources: container.resources ?? {} } : {}),
    ...(current ? { containerID: current.id } : {}),
  };
}

/** What runs to its end, or beside the work of the pod. */
const isNeverReady = (view: PodView, one: ContainerView): boolean =>
  view.ephemeralContainers.includes(one) ||
  (view.initContainers.includes(one) && !isSidecar(view.pod, one.name));

/** An init container that has succeeded counts as ready (kubelet `prober_manager.go` UpdatePodStatus). */
const isFinishedInit = (view: PodView, one: ContainerView): boolean =>
  view.initContainers.includes(one) &&
  one.current?.state.type === 'exited' &&
  one.current.state.exitCode === 0;

const UNREAD = 'it waits until this node has read the Services of its namespace';

function stateOf(view: PodView, one: ContainerView, waiting: string, now: number): ContainerState {
  const { current, blocked } = one;
  if (current?.state.type === 'running') return { running: { startedAt: rfc3339(current.startedAt) } };
  if (blocked && !view.ending) return { waiting: { reason: blocked.reason, message: blocked.message } };
  const creating = { waiting: { reason: waiting, ...(lacksServices(view, one) ? { message: UNREAD } : {}) } };
  if (!current) return creating;
  if (!view.ending && willRestart(view, one)) {
    if (isPlanned(current)) return creating;
    const wait = Math.max(0, restartAt(current, now) - now);
    if (wait > 0)
      return { waiting: { reason: 'CrashLoopBackOff', message: backOffMessage(view, one, current) } };
  }
  return { terminated: terminated(current) };
}

function willRestart(view: PodView, one: ContainerView): boolean {
  const policy = view.pod.spec.restartPolicy ?? 'Always';
  if (view.ephemeralContainers.includes(one)) return false;
  const failed = one.current?.state.type !== 'exited' || one.current.state.exitCode !== 0;
  if (!view.initContainers.includes(one)) return policy === 'Always' || (policy === 'OnFailure' && failed);
  return isSidecar(view.pod, one.name) || (failed && policy !== 'Never');
}

function backOffMessage(view: PodView, one: ContainerView, current: Attempt): string {
  const { name, namespace, uid } = view.pod.metadata;
  return `back-off ${current.backOffMs / 1000}s restarting failed container=${one.name} pod=${name}_${namespace}(${uid})`;
}

export function terminated(attempt: Attempt): ContainerStateTerminated {
  const { state } = attempt;
  if (state.type === 'running')
    throw new Error(`attempt ${attempt.ref.attempt} of ${attempt.ref.container} still runs`);
  const times = { startedAt: rfc3339(attempt.startedAt), finishedAt: rfc3339(state.finishedAt) };
  const containerID = attempt.id;
  if (state.type === 'lost') {
    return {
      exitCode: 137,
      reason: 'ContainerStatusUnknown',
      message:
        'it was gone and nothing recorded how it ended: the machine was restarted, or the process that watched over it was killed',
      ...times,
      containerID,
    };
  }
  const { exitCode } = state;
  return {
    exitCode,
    ...(exitCode > 128 && exitCode <= 128 + 64 ? { signal: exitCode - 128 } : {}),
    reason: state.isOutOfMemory ? 'OOMKilled' : exitCode === 0 ? 'Completed' : 'Error',
    ...(attempt.output ? { message: attempt.output } : {}),
    ...times,
    containerID,
  };
}

/** For callers that only compare: order and identity of members do not matter, the text does. */
export function sameStatus(a: PodStatus | undefined, b: PodStatus): boolean {
  return a !== undefined && stable(a) === stable(b);
}

function stable(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) =>
    isObject(member)
      ? Object.fromEntries(Object.entries(member).sort(([x], [y]) => (x < y ? -1 : 1)))
      : member,
  );
}

/** Containers that wait in CrashLoopBackOff now and did not before. */
export function newBackOffs(before: PodStatus | undefined, after: PodStatus): readonly ContainerStatus[] {
  const waiting = (status: PodStatus | undefined) =>
    [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])].filter(
      (one) => one.state?.waiting?.reason === 'CrashLoopBackOff',
    );
  const known = new Set(waiting(before).map((one) => one.name));
  return waiting(after).filter((one) => !known.has(one.name));
}
