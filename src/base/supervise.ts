import type { Clock } from './clock.ts';
import { errnoOf } from './errors.ts';
import type { Logger } from './log.ts';
import { isSameProcess } from './process.ts';

export interface Identity {
  readonly pid: number;
  readonly pidStartTime: string;
}

export interface SuperviseOptions {
  /** For the log: `agent`. */
  readonly name: string;
  /** Who runs now, as the process itself recorded; undefined when nobody does. */
  readonly find: () => Promise<Identity | undefined>;
  /** Starts one, detached; resolves once it has recorded itself. */
  readonly start: () => Promise<Identity>;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface Supervisor {
  /** Adopts the one that runs or starts one; resolves with it. */
  begin(): Promise<Identity>;
  /** Who runs now. */
  current(): Identity | undefined;
  /** Stops watching; leaves the process alone. */
  end(): void;
}

const CHECK_MS = 250;
const FIRST_BACKOFF_MS = 250;
const MAX_BACKOFF_MS = 10_000;
/** One that lived this long starts the next back-off afresh. */
const SETTLED_MS = 30_000;

/**
 * Keeps one detached process alive that must outlive its supervisor: found again after a restart of ours, started again after
 * a death of its own. Watched by identity rather than as a child, because after our restart it is nobody's child.
 */
export function supervise(options: SuperviseOptions): Supervisor {
  const { name, find, start, clock, logger } = options;
  let running: Identity | undefined;
  let startedAt = 0;
  let backoff = FIRST_BACKOFF_MS;
  let ended = false;
  let cancel = (): void => {};

  const launch = async (): Promise<Identity> => {
    const found = await find();
    running = found && isSameProcess(found.pid, found.pidStartTime) ? found : await start();
    startedAt = clock.monotonic();
    logger.info({ name, pid: running.pid, adopted: running === found }, 'process runs');
    return running;
  };

  const check = async (): Promise<void> => {
    if (ended || !running) return;
    if (isSameProcess(running.pid, running.pidStartTime)) return later(CHECK_MS);
    if (clock.monotonic() - startedAt > SETTLED_MS) backoff = FIRST_BACKOFF_MS;
    logger.warn({ name, pid: running.pid }, 'process died; starting it again');
    try {
      await launch();
      later(CHECK_MS);
    } catch (error) {
      logger.error(
        { name, err: error instanceof Error ? error.message : errnoOf(error), retryMs: backoff },
        'process does not start',
      );
      later(backoff);
      backoff = Math.min(backoff * 2, MAX_BACKOFF_MS);
    }
  };
  const later = (ms: number): void => {
    if (!ended) cancel = clock.after(ms, () => void check());
  };

  return {
    async begin() {
      const identity = await launch();
      later(CHECK_MS);
      return identity;
    },
    current: () => running,
    end() {
      ended = true;
      cancel();
    },
  };
}
