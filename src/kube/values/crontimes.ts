import { clockIn, type ZoneClock } from '../../base/timezone.ts';
import type { CalendarSchedule, CronField, CronSchedule } from './cron.ts';

/**
 * Times of a schedule, as github.com/robfig/cron v3 finds them (`spec.go`), which the CronJob controller of Kubernetes uses. node-cron, which
 * this product schedules its own work with, tells no time after a given one, and other libraries move what falls into the hour that
 * daylight saving time leaves out, which is not run at all here, as in Kubernetes.
 */
export interface CronTimes {
  /** The first time after `ms` (both in milliseconds since the epoch); undefined: none within five years, as on 31 February. */
  next(ms: number): number | undefined;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const YEARS = 5;

/** `zone`: where the schedule names none. Throws RangeError for a zone that is unknown. */
export function cronTimes(schedule: CronSchedule, zone: string): CronTimes {
  if (schedule.type === 'interval') {
    return { next: (ms) => Math.floor(ms / 1000) * 1000 + schedule.ms };
  }
  const clock = clockIn(schedule.zone || zone);
  return { next: (ms) => nextTime(schedule, clock, ms) };
}

/** Leaps to the beginning of the next month, day or hour, or to the next minute that is due, until all fields match. */
function nextTime(schedule: CalendarSchedule, clock: ZoneClock, after: number): number | undefined {
  const lastYear = clock(after).getUTCFullYear() + YEARS;
  let time = Math.floor(after / MINUTE) * MINUTE + MINUTE;
  for (let shown = clock(time); shown.getUTCFullYear() <= lastYear; shown = clock(time)) {
    if (!schedule.months.values.has(shown.getUTCMonth() + 1)) time = nextMonth(clock, time, shown);
    else if (!matchesDay(schedule, shown)) time = nextDay(clock, time, shown);
    else if (!schedule.hours.values.has(shown.getUTCHours())) time += HOUR - (shown.getTime() % HOUR);
    else {
      const minutes = minutesTo(schedule.minutes, shown.getUTCMinutes());
      if (minutes === 0) return time;
      time += minutes * MINUTE;
    }
  }
  return undefined;
}

/** Until one that is due, or until the hour is over. */
function minutesTo({ values }: CronField, shown: number): number {
  let minute = shown;
  while (minute < 60 && !values.has(minute)) minute++;
  return minute - shown;
}

/** Where both days are given, either is enough (crontab(5)). */
function matchesDay({ days, weekdays }: CalendarSchedule, shown: Date): boolean {
  const matches = [days.values.has(shown.getUTCDate()), weekdays.values.has(shown.getUTCDay())];
  return days.isAny || weekdays.isAny ? matches.every(Boolean) : matches.some(Boolean);
}

function nextMonth(clock: ZoneClock, time: number, shown: Date): number {
  const first = Date.UTC(shown.getUTCFullYear(), shown.getUTCMonth() + 1, 1);
  return dayAt(clock, time + (first - shown.getTime()), first);
}

function nextDay(clock: ZoneClock, time: number, shown: Date): number {
  const first = shown.getTime() - (shown.getTime() % DAY) + DAY;
  return dayAt(clock, time + (first - shown.getTime()), first);
}

/** The first moment of a day. `guess`: that, if clocks were not changed meanwhile; `shown`: what they show at midnight. */
function dayAt(clock: ZoneClock, guess: number, shown: number): number {
  const corrected = guess + (shown - clock(guess).getTime());
  // Where clocks are put on at midnight, the day begins an hour later.
  return clock(corrected).getTime() < shown ? guess : corrected;
}
