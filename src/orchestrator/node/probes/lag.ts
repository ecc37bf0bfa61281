import type { Clock } from '../../../base/clock.ts';

/** How late this process runs its own timers: what a probe measured meanwhile says nothing about the container. */
export interface LagMeter {
  /** The longest hold-up since that moment (monotonic ms), one that still lasts included. */
  since(start: number): number;
  stop(): void;
}

const TICK_MS = 100;
/** Longer than any probe's time-out worth remembering. */
const WINDOW_MS = 120_000;

export function createLagMeter(clock: Clock): LagMeter {
  let last = clock.monotonic();
  let lags: { readonly at: number; readonly ms: number }[] = [];
  let cancel = clock.after(TICK_MS, tick);

  function tick(): void {
    const now = clock.monotonic();
    const late = now - last - TICK_MS;
    if (late > TICK_MS) lags = [...lags.filter(({ at }) => now - at < WINDOW_MS), { at: now, ms: late }];
    last = now;
    cancel = clock.after(TICK_MS, tick);
  }

  return {
    since(start) {
      const pending = clock.monotonic() - last - TICK_MS;
      return Math.max(0, pending, ...lags.filter(({ at }) => at >= start).map(({ ms }) => ms));
    },
    stop: () => cancel(),
  };
}
