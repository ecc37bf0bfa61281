import { type Clock, sleep } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import { createProcessRuntime } from './process.ts';
import type { ContainerRef } from './runtime.ts';

const LOOK_MS = 20;

/**
 * Ends every process of every pod that is recorded below `root`: SIGTERM, and SIGKILL after `graceMs`. The records stay: an agent that
 * comes later starts the containers again. No agent may run meanwhile. Resolves when nothing runs.
 */
export async function stopRecorded(
  root: string,
  clock: Clock,
  logger: Logger,
  graceMs: number,
): Promise<void> {
  const runtime = createProcessRuntime({ root, clock, logger });
  const running = (): ContainerRef[] =>
    runtime
      .pods()
      .flatMap((pod) => runtime.attempts(pod))
      .flatMap(({ ref, state }) => (state.type === 'running' ? [ref] : []));
  try {
    for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
      for (const ref of running()) runtime.signal(ref, signal);
      const deadline = clock.monotonic() + (signal === 'SIGTERM' ? graceMs : 5_000);
      while (running().length > 0 && clock.monotonic() < deadline) await sleep(clock, LOOK_MS);
    }
  } finally {
    runtime.close();
  }
}
