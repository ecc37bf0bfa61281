import type { Container, ContainerStateTerminated, Pod } from '../kube/objects.ts';
import { condition, isReady, statusesOf } from './podparts.ts';
import type { Verdict } from './verdict.ts';

/** Reason of a workload that is well and has been so for less than a moment. */
export const SETTLING = 'Settling';

/**
 * How long a pod has to stay ready until that counts as well, in milliseconds. What a readiness or startup probe has passed only has to
 * outlive the news of a crash at once; of a container without either nothing is known but that its process runs, and interpreters take
 * a second to find that a module is missing.
 */
const WINDOW = { probed: 250, unprobed: 2_000 };
/** One that crashed has to run longer than it did the last time, at most so long. */
const AFTER_CRASH = { moreMs: 1_000, maxMs: 30_000 };
/** Times of the API are whole seconds. */
const GRAIN_MS = 1_000;

/** Pods that have been seen ready, by uid: since when (monotonic ms), and how often they had been restarted then. */
export type SeenReady = ReadonlyMap<string, { readonly since: number; readonly restarts: number }>;

export interface Settled {
  readonly seen: SeenReady;
  /** How long the pods still have to stay ready, and how long in all; 0 when they have. */
  readonly leftMs: number;
  readonly windowMs: number;
}

/**
 * Whether ready pods are stable: ready for their window, not restarted since. `minReadySeconds` of their workload is the author's own
 * word for it, and is over where the pods count as available. What has been ready for longer by the API's own times needs no observing.
 */
export function settle(
  pods: readonly Pod[],
  before: SeenReady,
  now: { readonly wall: number; readonly monotonic: number },
  minReadySeconds = 0,
): Settled {
  const seen = new Map<string, { since: number; restarts: number }>();
  let settled = { leftMs: 0, windowMs: 0 };
  for (const pod of pods) {
    if (!isReady(pod) || pod.metadata.deletionTimestamp) continue;
    const uid = pod.metadata.uid ?? '';
    const restarts = statusesOf(pod).reduce((sum, one) => sum + one.restartCount, 0);
    const known = before.get(uid);
    const since = known?.restarts === restarts ? known.since : now.monotonic;
    seen.set(uid, { since, restarts });
    const readyFor = Math.max(now.monotonic - since, now.wall - GRAIN_MS - readySince(pod));
    const windowMs = windowOf(pod, minReadySeconds);
    if (windowMs - readyFor > settled.leftMs) settled = { leftMs: windowMs - readyFor, windowMs };
  }
  return { seen, ...settled };
}

/** In ms since the epoch: a container that was restarted within one second may leave the condition as it was. */
function readySince(pod: Pod): number {
  const starts = (pod.status?.containerStatuses ?? []).map((one) => one.state?.running?.startedAt);
  const times = [condition(pod, 'Ready')?.lastTransitionTime, ...starts].map((time) =>
    Date.parse(time ?? ''),
  );
  return Math.max(...times.filter((time) => !Number.isNaN(time)), 0);
}

function windowOf(pod: Pod, minReadySeconds: number): number {
  const own = minReadySeconds > 0 ? 0 : Math.max(...pod.spec.containers.map(windowOfContainer));
  const crashes = (pod.status?.containerStatuses ?? []).flatMap(
    ({ lastState }) => lastState?.terminated ?? [],
  );
  const lived = Math.max(0, ...crashes.map(livedFor));
  return crashes.length === 0 ? own : Math.max(own, Math.min(lived + AFTER_CRASH.moreMs, AFTER_CRASH.maxMs));
}

const windowOfContainer = ({ readinessProbe, startupProbe }: Container): number =>
  readinessProbe || startupProbe ? WINDOW.probed : WINDOW.unprobed;

const livedFor = ({ startedAt, finishedAt }: ContainerStateTerminated): number =>
  Math.max(0, Date.parse(finishedAt ?? '') - Date.parse(startedAt ?? '')) || 0;

/** A healthy workload whose pods have not been ready for long enough yet. */
export const settling = ({ message }: Verdict, { windowMs }: Settled): Verdict => ({
  state: 'Progressing',
  // What is over before it can be read needs no telling.
  reason: windowMs < 1_000 ? SETTLING : 'NotStableYet',
  message: `${message ?? 'ready'}, and stable when that lasts ${windowMs / 1_000} s`,
});
