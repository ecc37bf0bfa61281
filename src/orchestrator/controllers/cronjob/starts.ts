import type { CronJob } from '../../../kube/kinds/objects.data.ts';
import type { CronTimes } from '../../../kube/values/crontimes.ts';

/** Which starts of a CronJob are due and which were missed; times in milliseconds since the epoch (Kubernetes `cronjob/utils.go`). */
export interface Due {
  /** The last time at which a Job should have started; undefined: none since the last one that did. */
  readonly time?: number;
  /** About how many there were. */
  readonly missed: number;
}

/** A time that is passed by a hair is not missed because of a clock that is adjusted (`nextScheduleDelta`). */
const PADDING_MS = 100;

/** What is later than the starting deadline is not looked at (`nextScheduleTime`). Undefined for a schedule that never comes, as on 31 February. */
export function dueStart(cronJob: CronJob, times: CronTimes, now: number): Due | undefined {
  const { startingDeadlineSeconds: deadline } = cronJob.spec;
  const since = lastStart(cronJob);
  return lastDue(deadline === undefined ? since : Math.max(since, now - deadline * 1000), times, now);
}

/** In how many milliseconds to look again; undefined: never (`nextScheduleTimeDuration`). */
export function nextStartInMs(cronJob: CronJob, times: CronTimes, now: number): number | undefined {
  const since = lastStart(cronJob);
  const due = lastDue(since, times, now);
  const next = times.next(due?.time ?? (due?.missed === 0 ? since : now));
  return next === undefined ? undefined : next + PADDING_MS - now;
}

const lastStart = ({ metadata, status }: CronJob): number =>
  Date.parse(status?.lastScheduleTime ?? metadata.creationTimestamp ?? '');

/** The last time that is due (`mostRecentScheduleTime`): many are counted by the distance of the first two, and not each looked at. */
function lastDue(since: number, times: CronTimes, now: number): Due | undefined {
  const first = times.next(since);
  const second = first === undefined ? undefined : times.next(first);
  if (first === undefined || second === undefined) return undefined;
  if (now < first) return { missed: 0 };
  if (now < second) return { time: first, missed: 1 };
  const distance = second - first;
  const missed = Math.floor((now - first) / distance) + 1;
  let time: number | undefined;
  let candidate = times.next(first + (missed - 2) * distance);
  while (candidate !== undefined && candidate <= now) {
    time = candidate;
    candidate = times.next(candidate);
  }
  return { missed, ...(time === undefined ? {} : { time }) };
}
