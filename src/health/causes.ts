import type { ContainerStatus, KubeEvent, Pod } from '../kube/kinds/objects.data.ts';
import { lastWords } from './lastwords.ts';
import { condition, first, isReady, statusesOf } from './podparts.ts';
import { stuckReason, WILDCARD_ADDRESS } from './stuck.ts';
import { currentPods, type Related } from './verdicts.related.ts';

/** One sentence that says why a pod does not serve; undefined when it does, or when the reason is not known yet. */
export function explainPod(pod: Pod, events: readonly KubeEvent[]): string | undefined {
  if (isReady(pod)) return undefined;
  const died = first(statusesOf(pod), containerCause);
  return (
    unschedulable(pod) ??
    wrongAddress(pod) ??
    (died && [occupied(pod, events), died, portHint(died)].filter(Boolean).join('; ')) ??
    probeFailure(pod, events) ??
    failureOf(pod) ??
    readinessGate(pod)
  );
}

/** A process that listens on every address cannot be probed separately: the node agent reports it in a condition. */
function wrongAddress(pod: Pod): string | undefined {
  const wildcard = condition(pod, WILDCARD_ADDRESS);
  return wildcard?.status === 'True' ? wildcard.message : undefined;
}

/**
 * `pod web-abc: readiness probe failed 12 times: HTTP 500`, for the most telling pod of a workload: one that listens on every address
 * (its replicas fail because of that), then one that is stuck, then the first.
 */
export function explainWorkload(
  workload: Parameters<typeof currentPods>[0],
  related: Related,
): string | undefined {
  const pods = currentPods(workload, related);
  const stuck = pods.filter((pod) => stuckReason(pod, related.now) !== undefined);
  const wild = pods.filter((pod) => wrongAddress(pod) !== undefined);
  return first([...wild, ...stuck, ...pods], (pod) => {
    const cause = explainPod(pod, related.events);
    return cause === undefined ? undefined : `pod ${pod.metadata.name}: ${cause}`;
  });
}

/** Whether a pod of the newest template will not come up without a change. */
export const isStuck = (workload: Parameters<typeof currentPods>[0], related: Related): boolean =>
  currentPods(workload, related).some((pod) => stuckReason(pod, related.now) !== undefined);

function unschedulable(pod: Pod): string | undefined {
  const scheduled = condition(pod, 'PodScheduled');
  if (scheduled?.status !== 'False') return undefined;
  return `${scheduled.reason ?? 'Unschedulable'}: ${scheduled.message ?? 'no node takes it'}`;
}

function containerCause(status: ContainerStatus): string | undefined {
  const { waiting, terminated, running } = status.state ?? {};
  const last = terminated ?? status.lastState?.terminated;
  const exit = last ? exitOf(last, restarts(status)) : undefined;
  if (waiting?.reason && waiting.reason !== 'ContainerCreating' && waiting.reason !== 'PodInitializing') {
    const why = waiting.reason === 'CrashLoopBackOff' ? (exit ?? waiting.message) : (waiting.message ?? exit);
    return `${status.name}: ${waiting.reason}${why ? `: ${why}` : ''}${why === exit ? '' : restarts(status)}`;
  }
  if (terminated && terminated.exitCode !== 0) return `${status.name}: ${exit}`;
  // It runs again after a crash, and it is not known yet whether it will stay up.
  if (running && !status.ready && last && last.exitCode !== 0) return `${status.name}: ${exit}`;
  return undefined;
}

/** `exit code 1 (restarted 1 time)`, and the end of its output: one line after it, several below it. */
function exitOf(
  terminated: NonNullable<NonNullable<ContainerStatus['state']>['terminated']>,
  restarts: string,
): string {
  const how = terminated.signal
    ? `killed by signal ${terminated.signal}`
    : `exit code ${terminated.exitCode}`;
  const reason = terminated.reason && terminated.reason !== 'Error' ? ` (${terminated.reason})` : '';
  const [line, ...others] = lastWords(terminated.message ?? '');
  const said =
    others.length > 0 ? [line, ...others].map((one) => `\n  | ${one}`).join('') : line && `: ${line}`;
  return `${how}${reason}${restarts}${said ?? ''}`;
}

const restarts = (status: ContainerStatus): string =>
  status.restartCount > 0
    ? ` (restarted ${status.restartCount} time${status.restartCount === 1 ? '' : 's'})`
    : '';

/** `0/3 ready` says already that containers are not ready; a readiness gate adds information. */
function readinessGate(pod: Pod): string | undefined {
  const containers = condition(pod, 'ContainersReady');
  return containers?.status === 'True' ? condition(pod, 'Ready')?.message : undefined;
}

/** Pods that do not listen on their own address share the ports of the machine. */
const portHint = (died: string): string | undefined =>
  /EADDRINUSE|address already in use/i.test(died)
    ? 'the address that a pod may listen on is $HOST: listen on $HOST alone'
    : undefined;

/** A program whose port another pod holds fails with EADDRINUSE, which does not name that pod. */
function occupied(pod: Pod, events: readonly KubeEvent[]): string | undefined {
  const event = events.find(
    ({ reason, message, involvedObject }) =>
      reason === 'Unhealthy' &&
      involvedObject.uid === pod.metadata.uid &&
      /is answered by /.test(message ?? ''),
  );
  return event?.message?.replace(/^\w+ probe failed: /, '');
}

/** The agent reports failed probes as events with reason Unhealthy, as the kubelet does (`prober.go`). */
function probeFailure(pod: Pod, events: readonly KubeEvent[]): string | undefined {
  const latest = events
    .filter((e) => e.reason === 'Unhealthy' && e.involvedObject.uid === pod.metadata.uid)
    .sort((a, b) => (b.lastTimestamp ?? '').localeCompare(a.lastTimestamp ?? ''))[0];
  if (!latest?.message || isStarting(latest)) return undefined;
  const [, probe, why] = /^(\w+) probe failed: ?([\s\S]*)$/.exec(latest.message) ?? [];
  const times = `${latest.count ?? 1} time${(latest.count ?? 1) === 1 ? '' : 's'}`;
  return probe ? `${probe.toLowerCase()} probe failed ${times}: ${why}` : `${latest.message} (${times})`;
}

/** Failures that last this long, or are this many, are a cause even if every start begins with some. */
const STARTING = { times: 3, ms: 2_000 };

/** A starting program does not listen yet and refuses its first startup probes, which is expected. */
function isStarting({ message = '', count = 1, firstTimestamp, lastTimestamp }: KubeEvent): boolean {
  const lasts = Date.parse(lastTimestamp ?? '') - Date.parse(firstTimestamp ?? '');
  if (count >= STARTING.times || lasts >= STARTING.ms) return false;
  return /^Startup/.test(message) || /ECONNREFUSED|connection refused/.test(message);
}

export function failureOf(pod: Pod): string | undefined {
  const died = first(statusesOf(pod), containerCause);
  return died ?? pod.status?.message;
}
