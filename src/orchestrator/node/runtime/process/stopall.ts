import { type Clock, sleep } from '../../../../base/clock.ts';
import type { Logger } from '../../../../base/log.ts';
import type { StopAllOptions } from '../runtime.ts';
import type { ContainerRef } from '../spec.ts';
import { type Attempts, createAttempts } from './attempts.ts';
import { killLeftovers } from './leftovers.ts';

const CHECK_MS = 20;
/** A kill does not fail; what waits for a disk may take a moment to notice. */
const KILL_MS = 5_000;

/** Ends every program of every pod that is recorded below `root`: SIGTERM, and SIGKILL after the grace period. */
export async function stopAll(
  root: string,
  attempts: Attempts,
  clock: Clock,
  { graceMs, hurry }: StopAllOptions,
): Promise<void> {
  const running = (): ContainerRef[] =>
    attempts
      .pods()
      .flatMap((pod) => attempts.list(pod))
      .flatMap(({ ref, state }) => (state.type === 'running' ? [ref] : []));
  const end = async (signal: 'SIGTERM' | 'SIGKILL', waitMs: number, enough: () => boolean) => {
    for (const ref of running()) attempts.signal(ref, signal);
    const deadline = clock.monotonic() + waitMs;
    while (running().length > 0 && clock.monotonic() < deadline && !enough()) await sleep(clock, CHECK_MS);
  };
  for (const ref of running()) attempts.planStop(ref);
  await end('SIGTERM', graceMs, () => hurry?.aborted === true);
  await end('SIGKILL', KILL_MS, () => false);
  killLeftovers(root);
  await Promise.all(attempts.pods().map((pod) => attempts.releaseLimits(pod)));
}

export interface StopRecordedOptions extends StopAllOptions {
  /** The directory of all pods. */
  readonly root: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** `stopAll` for a node whose agent does not run. */
export async function stopRecorded({ root, clock, logger, ...options }: StopRecordedOptions): Promise<void> {
  const attempts = createAttempts({ root, clock, logger });
  try {
    await stopAll(root, attempts, clock, options);
  } finally {
    attempts.close();
  }
}

/** Kills what runs of one pod. Resolves when nothing does. */
export async function killPod(attempts: Attempts, pod: string, clock: Clock): Promise<void> {
  const running = () => attempts.list(pod).filter(({ state }) => state.type === 'running');
  const deadline = clock.monotonic() + KILL_MS;
  while (running().length > 0 && clock.monotonic() < deadline) {
    for (const { ref } of running()) attempts.signal(ref, 'SIGKILL');
    await sleep(clock, CHECK_MS);
  }
}
