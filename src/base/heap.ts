import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Clock } from './clock.ts';

/** How often it looks, ms. */
const PERIOD_MS = 2_000;
/**
 * Garbage that may stand, in bytes, and for how long it may, in ms. A collection stops everything for some tens of milliseconds, so it is
 * not made for little, and not again at once.
 */
const LIMITS = [
  { bytes: 128 << 20, ms: 2_000 },
  { bytes: 32 << 20, ms: 10_000 },
] as const;

export interface HeapOptions {
  readonly clock: Clock;
  readonly heapUsed?: () => number;
  readonly collect?: () => void;
}

/**
 * Keeps the heap near what is live. V8 lets garbage grow with the heap where memory is plenty, and the memory of a machine that also runs
 * the applications is theirs: a daemon that works all day would hold twice what it needs. Does nothing while little is allocated.
 */
export function boundGarbage({ clock, heapUsed = used, collect = collector() }: HeapOptions): () => void {
  let live = heapUsed();
  let collected = clock.monotonic();
  let cancel = (): void => {};
  const look = (): void => {
    const garbage = heapUsed() - live;
    const since = clock.monotonic() - collected;
    if (LIMITS.some(({ bytes, ms }) => garbage > bytes && since >= ms)) {
      collect();
      collected = clock.monotonic();
      live = heapUsed();
    } else {
      // What was given back without us counts, too.
      live = Math.min(live, heapUsed());
    }
    cancel = clock.after(PERIOD_MS, look);
  };
  cancel = clock.after(PERIOD_MS, look);
  return () => cancel();
}

const used = (): number => process.memoryUsage().heapUsed;

/** The collector of V8, for the thread that calls it, without the flag that would give it to all code. */
export function collector(): () => void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  setFlagsFromString('--no-expose-gc');
  return collect;
}
