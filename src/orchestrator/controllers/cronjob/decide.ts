import type { CronJob, ObjectReference } from '../../../kube/kinds/objects.data.ts';
import { parseSchedule } from '../../../kube/values/cron.ts';
import { type CronTimes, cronTimes } from '../../../kube/values/crontimes.ts';
import { type Happening, normal, warning } from '../happening.ts';
import { activeOf } from './active.ts';
import { jobName } from './job.ts';
import { dueStart, nextStartInMs } from './starts.ts';

export interface StartDecision {
  /** When the Job that is to be started now was due, in milliseconds since the epoch; undefined: none is. */
  readonly start?: number;
  /** Active Jobs that give way to it. */
  readonly replaced: readonly ObjectReference[];
  readonly events: readonly Happening[];
  /** When to look again; undefined: when the CronJob changes. */
  readonly afterMs?: number;
}

/**
 * Whether a CronJob starts a Job now (Kubernetes `cronjob_controllerv2.go` syncCronJob). Its status is that after `reviewJobs`; `zone`: where
 * it names none, which for Kubernetes is the controller's.
 */
export function decideStart(cronJob: CronJob, zone: string, now: number): StartDecision {
  const { spec, metadata } = cronJob;
  if (metadata.deletionTimestamp) return idle([]);
  if (spec.timeZone !== undefined && timesIn('@hourly', spec.timeZone) === undefined) {
    return idle([warnOfZone(spec.timeZone)]);
  }
  if (spec.suspend) return idle([]);
  const problem = parseSchedule(spec.schedule);
  if (typeof problem === 'string') {
    return idle([warning('UnparseableSchedule', `unparseable schedule: "${spec.schedule}" : ${problem}`)]);
  }
  const times = timesOf(cronJob, zone);
  if (!times) return idle([warnOfZone(problem.type === 'calendar' ? (problem.zone ?? '') : '')]);
  return decideDue(cronJob, times, now);
}

/** When the next start is due, in milliseconds from now; undefined: never. */
export function nextInMs(cronJob: CronJob, zone: string, now: number): number | undefined {
  const times = timesOf(cronJob, zone);
  return times && nextStartInMs(cronJob, times, now);
}

function decideDue(cronJob: CronJob, times: CronTimes, now: number): StartDecision {
  const { schedule, concurrencyPolicy } = cronJob.spec;
  const due = dueStart(cronJob, times, now);
  if (!due) return idle([warning('InvalidSchedule', `invalid schedule: ${schedule} : ${NEVER}`)]);
  const afterMs = nextStartInMs(cronJob, times, now);
  const { time } = due;
  const told = due.missed > MOST_MISSED ? [TOO_MANY] : [];
  const later = (...events: readonly Happening[]) => idle([...told, ...events], afterMs);
  if (time === undefined) return idle([], afterMs);
  const active = activeOf(cronJob);
  if (hasStarted(cronJob, time)) return later();
  if (concurrencyPolicy === 'Forbid' && active.length > 0) return later(ALREADY_ACTIVE);
  const replaced = concurrencyPolicy === 'Replace' ? active : [];
  return { ...later(), start: time, replaced };
}

function hasStarted(cronJob: CronJob, time: number): boolean {
  const last = cronJob.status?.lastScheduleTime;
  const isActive = activeOf(cronJob).some(({ name }) => name === jobName(cronJob, time));
  return isActive || (last !== undefined && Date.parse(last) === time);
}

/** Undefined where the schedule cannot be read, or the zone is unknown. */
function timesOf({ spec }: CronJob, zone: string): CronTimes | undefined {
  return timesIn(spec.schedule, spec.timeZone ?? zone);
}

function timesIn(text: string, zone: string): CronTimes | undefined {
  const schedule = parseSchedule(text);
  if (typeof schedule === 'string') return undefined;
  try {
    return cronTimes(schedule, zone);
  } catch {
    return undefined;
  }
}

const idle = (events: readonly Happening[], afterMs?: number): StartDecision => ({
  replaced: [],
  events,
  ...(afterMs === undefined ? {} : { afterMs }),
});

/** A clock that is wrong, or a controller that was away for long. */
const MOST_MISSED = 100;

const NEVER = 'time difference between two schedules is less than 1 second';
const TOO_MANY = warning(
  'TooManyMissedTimes',
  'too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew',
);
const ALREADY_ACTIVE = normal(
  'JobAlreadyActive',
  'Not starting job because prior execution is running and concurrency policy is Forbid',
);
const warnOfZone = (zone: string): Happening =>
  warning('UnknownTimeZone', `invalid timeZone: "${zone}": unknown time zone ${zone}`);
