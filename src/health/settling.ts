import type { Container, ContainerStateTerminated, Pod } from '../kube/kinds/objects.data.ts';
import { condition, isReady, LISTENING, notListening, runningSince, statusesOf } from './podparts.ts';
import type { Verdict } from './verdict.ts';

/** Reason of a workload that is ready, but not for long enough. */
export const SETTLING = 'Settling';
/** Reason of a workload with a pod that does not listen on a port that it declares. */
const NOT_LISTENING = 'NotListening';

/**
 * How long a pod has to stay ready to count as healthy, in milliseconds. After a readiness or startup probe has succeeded, only the report
 * of an immediate crash may be outstanding. Of a container without either it is only known that its process runs (and listens, if it
 * declares a port), and interpreters take a second to find that a module is missing.
 */
const WINDOW = { probed: 250, unprobed: 2_000 };
/** Most programs start faster; until then, ports without a listener are not reported. */
const STARTS_MS = 3_000;
/** A program that does not listen after this time will not start to without a change. */
const LISTENS_MS = 30_000;
/** A pod that crashed has to run longer than the last time, but at most this long. */
const AFTER_CRASH = { moreMs: 1_000, maxMs: 30_000 };
/**
 * A workload that counts its pods as ready while one of them is not any more has not seen that yet: its controller is behind. Long after
 * the change it has seen it, and does not mind.
 */
const BEHIND_MS = 10_000;
/** API times have a resolution of one second. */
const GRAIN_MS = 1_000;

/** Pods that have been seen ready, by uid: since when (monotonic ms), and how often they had been restarted then. */
export type SeenReady = ReadonlyMap<string, { readonly since: number; readonly restarts: number }>;

export interface Settled {
  readonly seen: SeenReady;
  /** How long the pods still have to stay ready, and how long in all; 0 when they have. */
  readonly leftMs: number;
  readonly windowMs: number;
  /** A pod that does not listen on a port that it declares. */
  readonly silent?: { readonly message: string; readonly since: 'starting' | 'for a while' | 'too long' };
}

/**
 * Whether ready pods are stable: ready for the whole window and not restarted since. `minReadySeconds` of their workload takes its place,
 * and has passed when the pods count as available. Pods that have been ready for longer by the API's own times need no observation.
 * Without a probe a pod is ready as soon as it runs: if it declares ports, it must have been seen to listen on them.
 */
export function settle(
  pods: readonly Pod[],
  before: SeenReady,
  now: { readonly wall: number; readonly monotonic: number },
  minReadySeconds = 0,
): Settled {
  const seen = new Map<string, { since: number; restarts: number }>();
  let settled: Omit<Settled, 'seen'> = { leftMs: 0, windowMs: 0 };
  for (const pod of pods) {
    if (pod.metadata.deletionTimestamp) continue;
    if (!isReady(pod)) {
      if (hasJustChanged(pod, now.wall)) settled = longer(settled, WINDOW.probed, WINDOW.probed);
      continue;
    }
    const silence = notListening(pod);
    if (silence !== undefined) {
      const runs = now.wall - runningSince(pod);
      const since = runs < STARTS_MS ? 'starting' : runs < LISTENS_MS ? 'for a while' : 'too long';
      const leftMs = Math.max(0, (since === 'starting' ? STARTS_MS : LISTENS_MS) - runs);
      const message = `pod ${pod.metadata.name}: ${silence}`;
      settled = {
        ...settled,
        leftMs: Math.max(settled.leftMs, leftMs),
        silent: { message, since },
      };
      continue;
    }
    const uid = pod.metadata.uid ?? '';
    const restarts = statusesOf(pod).reduce((sum, one) => sum + one.restartCount, 0);
    const known = before.get(uid);
    const since = known?.restarts === restarts ? known.since : now.monotonic;
    seen.set(uid, { since, restarts });
    const readyFor = Math.max(now.monotonic - since, now.wall - GRAIN_MS - readySince(pod));
    const windowMs = windowOf(pod, minReadySeconds);
    settled = longer(settled, windowMs - readyFor, windowMs);
  }
  return { seen, ...settled };
}

const longer = <T extends Pick<Settled, 'leftMs' | 'windowMs'>>(
  settled: T,
  leftMs: number,
  windowMs: number,
): T => (leftMs > settled.leftMs ? { ...settled, leftMs, windowMs } : settled);

/** Of a pod that is not ready: whether the one who counts it may not know that yet. A pod that has ended is replaced. */
function hasJustChanged(pod: Pod, now: number): boolean {
  const phase = pod.status?.phase;
  if (phase === 'Failed' || phase === 'Succeeded') return false;
  const ready = condition(pod, 'Ready')?.lastTransitionTime;
  return ready !== undefined && now - Date.parse(ready) < BEHIND_MS;
}

/** In ms since the epoch: a container that was restarted within one second may leave the condition as it was. */
function readySince(pod: Pod): number {
  const changes = ['Ready', LISTENING].map((type) =>
    Date.parse(condition(pod, type)?.lastTransitionTime ?? ''),
  );
  return Math.max(...changes.filter((time) => !Number.isNaN(time)), runningSince(pod));
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

const REMEDY =
  'listen on $HOST and that port, take the port out of `ports`, or say by a readinessProbe when it is ready';

/** The verdict on a healthy workload, once it is known how stable its pods are. */
export function settledVerdict(verdict: Verdict, { leftMs, windowMs, silent }: Settled): Verdict {
  if (silent?.since === 'too long')
    return { state: 'Degraded', reason: NOT_LISTENING, message: `${silent.message}: ${REMEDY}` };
  if (silent) {
    const reason = silent.since === 'starting' ? SETTLING : NOT_LISTENING;
    return { state: 'Progressing', reason, message: `${silent.message} yet` };
  }
  if (leftMs === 0) return verdict;
  return {
    state: 'Progressing',
    // A wait that ends before it can be read need not be reported.
    reason: windowMs < 1_000 ? SETTLING : 'NotStableYet',
    message: `${verdict.message ?? 'ready'}, and stable when that lasts ${windowMs / 1_000} s`,
  };
}
