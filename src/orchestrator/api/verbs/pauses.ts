import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Awaitable } from '../../../base/awaitable.ts';
import type { Clock } from '../../../base/clock.ts';

/** Others have waited long enough then. A step cannot be divided, so it is also about the longest that they wait. */
const TURN_MS = 10;
/** A write begins again when another has come first, which it must not do for ever because it gives way. */
const MOST_PAUSES = 12;

/** To be called between the steps of a write: lets others be answered where this one has held the thread for long. */
export function pauses(clock: Pick<Clock, 'monotonic'>): () => Awaitable<void> {
  let since = clock.monotonic();
  let left = MOST_PAUSES;
  return () => {
    if (left === 0 || clock.monotonic() - since < TURN_MS) return;
    left -= 1;
    return nextTurn().then(() => {
      since = clock.monotonic();
    });
  };
}
