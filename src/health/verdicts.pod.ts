import type { Condition, ContainerStatus, KubeEvent, Pod } from '../kube/objects.ts';
import type { Verdict } from './verdict.ts';
import { currentPods, type Related } from './verdicts.related.ts';

type Rule = (object: Pod, related: Related) => Verdict;

/** Argo CD gitops-engine `health_pod.go`: reasons of a waiting container that do not go away by waiting. */
const FATAL_WAITING = /^Err|Error$|BackOff$/;

/** Healthy, or why not, by the pod's restart policy. */
export const podVerdict: Rule = (pod, related) => {
  if (pod.status?.phase === 'Succeeded') return { state: 'Healthy', reason: 'Succeeded' };
  if (pod.status?.phase === 'Failed') {
    return { state: 'Degraded', reason: pod.status.reason ?? 'Failed', ...message(failureOf(pod)) };
  }
  const cause = explainPod(pod, related.events);
  const waiting = statuses(pod).find((c) => FATAL_WAITING.test(c.state?.waiting?.reason ?? ''));
  if (waiting) return { state: 'Degraded', reason: waiting.state?.waiting?.reason, ...message(cause) };
  if (pod.status?.phase !== 'Running') return { state: 'Progressing', reason: 'Pending', ...message(cause) };
  if ((pod.spec.restartPolicy ?? 'Always') !== 'Always') return { state: 'Progressing', reason: 'Running' };
  if (isReady(pod)) return { state: 'Healthy' };
  const crashed = statuses(pod).some((c) => c.lastState?.terminated !== undefined);
  return {
    state: crashed ? 'Degraded' : 'Progressing',
    reason: crashed ? 'Restarting' : 'NotReady',
    ...message(cause),
  };
};

export const isReady = (pod: Pod): boolean => condition(pod, 'Ready')?.status === 'True';

/** The one sentence that says why a pod does not serve, or undefined when it does (or nobody knows yet). */
function explainPod(pod: Pod, events: readonly KubeEvent[]): string | undefined {
  if (isReady(pod)) return undefined;
  return (
    unschedulable(pod) ??
    first(statuses(pod), containerCause) ??
    wrongAddress(pod) ??
    probeFailure(pod, events) ??
    failureOf(pod) ??
    readinessGate(pod)
  );
}

/** A process that listens on every address cannot be probed on its own: the node agent names it in a condition. */
function wrongAddress(pod: Pod): string | undefined {
  const wildcard = condition(pod, 'pilotage.dev/WildcardAddress');
  return wildcard?.status === 'True' ? wildcard.message : undefined;
}

/** `web-abc: readiness probe failed 12 times: HTTP 500`, for the first pod of a workload that has a cause. */
function explainPods(pods: readonly Pod[], events: readonly KubeEvent[]): string | undefined {
  return first(pods, (pod) => {
    const cause = explainPod(pod, events);
    return cause === undefined ? undefined : `pod ${pod.metadata.name}: ${cause}`;
  });
}

export const explainWorkload = (
  workload: Parameters<typeof currentPods>[0],
  related: Related,
): string | undefined => explainPods(currentPods(workload, related), related.events);

function unschedulable(pod: Pod): string | undefined {
  const scheduled = condition(pod, 'PodScheduled');
  if (scheduled?.status !== 'False') return undefined;
  return `${scheduled.reason ?? 'Unschedulable'}: ${scheduled.message ?? 'no node takes it'}`;
}

function containerCause(status: ContainerStatus): string | undefined {
  const { waiting, terminated } = status.state ?? {};
  const last = terminated ?? status.lastState?.terminated;
  const exit = last ? exitOf(last) : undefined;
  if (waiting?.reason && waiting.reason !== 'ContainerCreating' && waiting.reason !== 'PodInitializing') {
    const why = waiting.reason === 'CrashLoopBackOff' ? (exit ?? waiting.message) : (waiting.message ?? exit);
    return `${status.name}: ${waiting.reason}${why ? `: ${why}` : ''}${restarts(status)}`;
  }
  if (terminated && terminated.exitCode !== 0) return `${status.name}: ${exit}${restarts(status)}`;
  return undefined;
}

function exitOf(terminated: NonNullable<NonNullable<ContainerStatus['state']>['terminated']>): string {
  const how = terminated.signal
    ? `killed by signal ${terminated.signal}`
    : `exit code ${terminated.exitCode}`;
  const why = terminated.message?.trim().split('\n').at(-1);
  const reason = terminated.reason && terminated.reason !== 'Error' ? ` (${terminated.reason})` : '';
  return `${how}${reason}${why ? `: ${why}` : ''}`;
}

const restarts = (status: ContainerStatus): string =>
  status.restartCount > 0
    ? ` (restarted ${status.restartCount} time${status.restartCount === 1 ? '' : 's'})`
    : '';

/** That its containers are not ready is what `0/3 ready` says already; a readiness gate is news. */
function readinessGate(pod: Pod): string | undefined {
  const containers = condition(pod, 'ContainersReady');
  return containers?.status === 'True' ? condition(pod, 'Ready')?.message : undefined;
}

/** The agent tells failed probes as events of reason Unhealthy, as the kubelet does (`prober.go`). */
function probeFailure(pod: Pod, events: readonly KubeEvent[]): string | undefined {
  const latest = events
    .filter((e) => e.reason === 'Unhealthy' && e.involvedObject.uid === pod.metadata.uid)
    .sort((a, b) => (b.lastTimestamp ?? '').localeCompare(a.lastTimestamp ?? ''))[0];
  if (!latest?.message || isStarting(latest)) return undefined;
  const [, probe, why] = /^(\w+) probe failed: ?([\s\S]*)$/.exec(latest.message) ?? [];
  const times = `${latest.count ?? 1} time${(latest.count ?? 1) === 1 ? '' : 's'}`;
  return probe ? `${probe.toLowerCase()} probe failed ${times}: ${why}` : `${latest.message} (${times})`;
}

/** From this many failures on, what every start looks like is a cause. */
const STARTING = 3;

/** A program that is starting does not listen yet, and refuses its first startup probes: that is what they are for. */
const isStarting = ({ message = '', count = 1 }: KubeEvent): boolean =>
  count < STARTING && (/^Startup/.test(message) || /ECONNREFUSED|connection refused/.test(message));

function failureOf(pod: Pod): string | undefined {
  const died = first(statuses(pod), containerCause);
  return died ?? pod.status?.message;
}

const statuses = (pod: Pod): readonly ContainerStatus[] => [
  ...(pod.status?.initContainerStatuses ?? []),
  ...(pod.status?.containerStatuses ?? []),
];

const condition = (pod: Pod, type: string): Condition | undefined =>
  pod.status?.conditions?.find((c) => c.type === type);

const message = (text: string | undefined): { message?: string } => (text ? { message: text } : {});

function first<T, R>(items: readonly T[], pick: (item: T) => R | undefined): R | undefined {
  for (const item of items) {
    const found = pick(item);
    if (found !== undefined) return found;
  }
  return undefined;
}
