import type { Clock } from '../../../base/clock.ts';

/** What a write to a watcher costs: a TLS record and a system call, whatever it holds. Measured: 20 µs, on a slow machine three times that. */
const COST_MS = 0.06;
/** All watchers together may take half of the time. */
const SHARE = 0.5;
/** No event is held back for longer, however many watch. */
const MOST_MS = 250;

/** Asked after each write to a watcher: resolves when it may be written to again; undefined: at once. */
export type Pace = () => Promise<void> | undefined;

/**
 * Bounds the time that writing to watchers takes: what comes while one waits goes out in one write. A few watchers never wait; a hundred
 * that see each of many writes get them every few milliseconds, together. What is owed is paid back by the time that passes.
 */
export function createPace(clock: Pick<Clock, 'monotonic' | 'after'>): Pace {
  let owedMs = 0;
  let since = clock.monotonic();
  return () => {
    const now = clock.monotonic();
    owedMs = Math.min(Math.max(0, owedMs - (now - since) * SHARE) + COST_MS, MOST_MS * SHARE);
    since = now;
    const wait = owedMs / SHARE;
    // Timers know no fraction of a millisecond.
    return wait < 1 ? undefined : new Promise((resolve) => clock.after(wait, resolve));
  };
}
