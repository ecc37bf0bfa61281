import { sleep, systemClock } from '../../src/base/clock.ts';

/** Waits in real time for what I/O brings about; no longer than ten seconds. */
export async function until(condition: () => Promise<boolean> | boolean): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`not within 10 s: ${condition}`);
    await sleep(systemClock, 5);
  }
}
