import type { Clock } from '../base/clock.ts';
import { problemOf } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import { isSameProcess } from '../base/process.ts';

export interface ProcessIdentity {
  readonly pid: number;
  readonly pidStartTime: string;
}

export interface SuperviseOptions {
  /** For the log: `agent`. */
  readonly name: string;
  /** The process that runs now, as it recorded itself; undefined when none does. */
  readonly find: () => Promise<ProcessIdentity | undefined>;
  /** Starts one, detached; resolves once it has recorded itself. */
  readonly start: () => Promise<ProcessIdentity>;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface Supervisor {
  /** Adopts the one that runs or starts one; resolves with it. */
  begin(): Promise<ProcessIdentity>;
  /** The process that runs now. */
  current(): ProcessIdentity | undefined;
  /** Stops watching; leaves the process alone. */
  end(): void;
}

const CHECK_MS = 250;
const FIRST_BACKOFF_MS = 250;
const MAX_BACKOFF_MS = 10_000;
/** The back-off of a process that lived this long starts over. */
const SETTLED_MS = 30_000;

/**
 * Keeps one detached process alive that must outlive its supervisor: found again after a restart of ours, started again after
 * a death of its own. Watched by identity rather than as a child, because after our restart it is not our child any more.
 */
export function supervise(options: SuperviseOptions): Supervisor {
  const { name, find, start, clock, logger } = options;
  let running: ProcessIdentity | undefined;
  let startedAt = 0;
  let backoff = FIRST_BACKOFF_MS;
  let ended = false;
  let cancel = (): void => {};

  const launch = async (): Promise<ProcessIdentity> => {
    const found = await findAlive();
    running = found ?? (await start().catch(orElseAdopt));
    startedAt = clock.monotonic();
    logger.info({ name, pid: running.pid, adopted: running === found }, 'process runs');
    return running;
  };

  const findAlive = async (): Promise<ProcessIdentity | undefined> => {
    const found = await find();
    return found && isSameProcess(found.pid, found.pidStartTime) ? found : undefined;
  };

  /** One that was started by a supervisor that died just then may not have recorded itself when it was looked for. */
  const orElseAdopt = async (failure: unknown): Promise<ProcessIdentity> => {
    const found = await findAlive();
    if (!found) throw failure;
    return found;
  };

  const check = (): void => {
    if (!running || isSameProcess(running.pid, running.pidStartTime)) return void later(CHECK_MS, check);
    const settled = clock.monotonic() - startedAt > SETTLED_MS;
    if (settled) backoff = FIRST_BACKOFF_MS;
    // One that died young may die young again.
    const waitMs = settled ? 0 : longer();
    logger.warn({ name, pid: running.pid, waitMs }, 'process died; starting it again');
    later(waitMs, revive);
  };
  const revive = async (): Promise<void> => {
    try {
      await launch();
      later(CHECK_MS, check);
    } catch (error) {
      const waitMs = longer();
      logger.error({ name, err: problemOf(error).message, retryMs: waitMs }, 'process does not start');
      later(waitMs, revive);
    }
  };
  const longer = (): number => {
    const waitMs = backoff;
    backoff = Math.min(backoff * 2, MAX_BACKOFF_MS);
    return waitMs;
  };
  const later = (ms: number, then: () => unknown): void => {
    if (!ended) cancel = clock.after(ms, () => void then());
  };

  return {
    async begin() {
      const identity = await launch();
      later(CHECK_MS, check);
      return identity;
    },
    current: () => running,
    end() {
      ended = true;
      cancel();
    },
  };
}
