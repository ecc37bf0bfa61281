import { rfc3339 } from '../../../base/clock.ts';
import type { Verdict } from '../../../health/verdict.ts';
import { formatRef, type KubeObject } from '../../../kube/values/types.ts';
import { ANNOTATIONS } from '../../../model/annotations.ts';
import type { AppRun, HookRecord } from '../../../model/types.ts';
import { deadlineMs, endOf, isWork } from './end.ts';
import { runId } from './runs.ts';

export interface HookLook {
  readonly live: KubeObject | undefined;
  readonly verdict: Verdict;
  /** Wall time, milliseconds. */
  readonly now: number;
}

/** What a look at its object makes of a hook that is under way; the same record where nothing has changed. Pure. */
export function settled(run: AppRun, record: HookRecord, { live, verdict, now }: HookLook): HookRecord {
  const ended = (state: 'Succeeded' | 'Failed', message?: string): HookRecord => ({
    ...record,
    state,
    endedAt: rfc3339(now),
    ...(live?.metadata.uid ? { uid: live.metadata.uid } : {}),
    ...(message ? { message } : {}),
  });
  if (live === undefined) {
    if (record.uid === undefined) return record;
    return ended('Failed', 'it was deleted before its end was seen');
  }
  if (
    record.uid === undefined &&
    live.metadata.annotations?.[ANNOTATIONS.hookRun] !== runId(run, record.phase)
  )
    return record;
  if (record.uid !== undefined && record.uid !== live.metadata.uid)
    return ended('Failed', 'another object of its name has taken its place');
  const end = isWork(live) ? endOf(live) : endByHealth(verdict);
  if (end === 'succeeded') return ended('Succeeded');
  if (end === 'failed') return ended('Failed', verdict.message ?? verdict.reason ?? 'it failed');
  const limit = deadlineMs(live);
  if (now - Date.parse(record.startedAt) >= limit) {
    const why = verdict.message ? `: ${verdict.message}` : '';
    return ended('Failed', `it did not end within ${spanOf(limit)}${why}`);
  }
  return record.state === 'Running'
    ? record
    : { ...record, state: 'Running', ...(live.metadata.uid ? { uid: live.metadata.uid } : {}) };
}

const endByHealth = ({ state }: Verdict): ReturnType<typeof endOf> =>
  state === 'Healthy' ? 'succeeded' : state === 'Degraded' ? 'failed' : undefined;

const spanOf = (ms: number): string =>
  ms >= 120_000 && ms % 60_000 === 0 ? `${ms / 60_000} minutes` : `${Math.round(ms / 1000)} seconds`;

/** `hook Job shop-dev/migrate (PreSync)` */
export const nameOfHook = (hook: HookRecord): string => `hook ${formatRef(hook)} (${hook.phase})`;

/** What ends it before its time. */
export const endedBy = ({ kind, namespace, name }: HookRecord): string =>
  `kubectl delete ${namespace ? `-n ${namespace} ` : ''}${kind.toLowerCase()} ${name} ends it at once`;
