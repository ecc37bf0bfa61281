import { type Clock, sleep } from '../../../../base/clock.ts';
import type { Logger } from '../../../../base/log.ts';
import type { ContainerRef } from '../runtime.ts';
import { killLeftovers } from './leftovers.ts';
import { createProcessRuntime } from './processruntime.ts';

const LOOK_MS = 20;
/** A kill does not fail; what waits for a disk may take a moment to notice. */
const KILL_MS = 5_000;

/**
 * Ends every process of every pod that is recorded below `root`: SIGTERM, and SIGKILL after `graceMs`, or as soon as `hurry`
 * aborts. The records stay: an agent that
 * comes later starts the containers again, at once and not as a restart. No agent may run meanwhile. Resolves when nothing runs.
 */
export async function stopRecorded(
  root: string,
  clock: Clock,
  logger: Logger,
  graceMs: number,
  hurry?: AbortSignal,
): Promise<void> {
  const runtime = createProcessRuntime({ root, clock, logger });
  const running = (): ContainerRef[] =>
    runtime
      .pods()
      .flatMap((pod) => runtime.attempts(pod))
      .flatMap(({ ref, state }) => (state.type === 'running' ? [ref] : []));
  try {
    for (const ref of running()) runtime.planStop(ref);
    const end = async (signal: 'SIGTERM' | 'SIGKILL', waitMs: number, enough: () => boolean) => {
      for (const ref of running()) runtime.signal(ref, signal);
      const deadline = clock.monotonic() + waitMs;
      while (running().length > 0 && clock.monotonic() < deadline && !enough()) await sleep(clock, LOOK_MS);
    };
    await end('SIGTERM', graceMs, () => hurry?.aborted === true);
    await end('SIGKILL', KILL_MS, () => false);
    killLeftovers(root);
  } finally {
    runtime.close();
  }
}
