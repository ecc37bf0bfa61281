import type { Clock } from './clock.ts';

/** Begins `work` after so long. The returned function calls it off, or waits for it where it has begun. */
export function later(clock: Clock, ms: number | undefined, work: () => Promise<void>): () => Promise<void> {
  let begun = Promise.resolve();
  const cancel =
    ms === undefined
      ? () => {}
      : clock.after(ms, () => {
          begun = work();
          // The one who waits hears of a failure.
          begun.catch(() => undefined);
        });
  return () => {
    cancel();
    return begun;
  };
}
