import { parseSchedule } from '../kube/values/cron.ts';
import { type CronTimes, cronTimes } from '../kube/values/crontimes.ts';

/** A time that comes again and again: it begins as `cron` says on the clocks of `timezone`, and lasts `for` milliseconds. */
export interface Window {
  readonly kind: 'allow' | 'deny';
  readonly cron: string;
  readonly for: number;
  readonly timezone: string;
}

/** What keeps a search from walking over years day by day. */
const MOST_STEPS = 500;

interface Timed extends Window {
  readonly times: CronTimes;
}

const timed = (windows: readonly Window[]): readonly Timed[] =>
  windows.flatMap((window) => {
    const schedule = parseSchedule(window.cron);
    return typeof schedule === 'string' ? [] : [{ ...window, times: cronTimes(schedule, window.timezone) }];
  });

/** When the earliest of its beginnings that still lasts began; undefined: it does not last now. */
function began({ times, for: length }: Timed, now: number): number | undefined {
  const start = times.next(now - length);
  return start !== undefined && start <= now ? start : undefined;
}

/** When it may pass as far as `windows` of one kind tell: `now`, or a later moment before which it surely may not; undefined: never. */
function notBefore(windows: readonly Timed[], kind: Window['kind'], now: number): number | undefined {
  const those = windows.filter((window) => window.kind === kind);
  const starts = those.map((window) => began(window, now));
  if (kind === 'deny') {
    const ends = those.map((window, i) => (starts[i] ?? Number.NEGATIVE_INFINITY) + window.for);
    return Math.max(now, ...ends);
  }
  if (those.length === 0 || starts.some((start) => start !== undefined)) return now;
  const next = those.map(({ times }) => times.next(now)).filter((time) => time !== undefined);
  return next.length === 0 ? undefined : Math.min(...next);
}

/** Whether what is to pass may pass now: within one of those that allow, where there are such, and within none that denies. Pure. */
export function isOpen(windows: readonly Window[], now: number): boolean {
  const all = timed(windows);
  return notBefore(all, 'deny', now) === now && notBefore(all, 'allow', now) === now;
}

/**
 * The first moment from `now` on at which it may pass (milliseconds); undefined: none within five years, or none that a search of
 * bounded length finds. Pure.
 */
export function nextOpening(windows: readonly Window[], now: number): number | undefined {
  const all = timed(windows);
  let at = now;
  for (let step = 0; step < MOST_STEPS; step++) {
    const free = notBefore(all, 'deny', at);
    const next = free === at ? notBefore(all, 'allow', at) : free;
    if (next === undefined || next === at) return next;
    at = next;
  }
  return undefined;
}
