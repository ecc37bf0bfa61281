import type { Clock } from './clock.ts';
import { errnoOf } from './errors.ts';
import type { Logger } from './log.ts';
import { storageRefusal } from './storage.ts';

/** Exit code of a process that gives up while it runs: EX_SOFTWARE of sysexits.h. A service manager restarts it (`Restart=on-failure`). */
export const EXIT_INTERNAL = 70;
/** Exit code of a process that fails while it starts. */
const EXIT_START = 1;

/** This many exceptions within the window are a defect that a restart may clear, not an accident. */
const MOST = 10;
const WINDOW_MS = 60_000;

/** What a full or read-only disk answers. */
const REFUSED_WRITES: ReadonlySet<string | undefined> = new Set(['ENOSPC', 'EDQUOT', 'EROFS', 'EIO']);

type UncaughtAction = { readonly type: 'continue' } | { readonly type: 'exit'; readonly code: number };

interface UncaughtFacts {
  readonly error: unknown;
  readonly isStarting: boolean;
  /** Monotonic times, in ms, of the exceptions that counted, this one included unless it is a refused write. */
  readonly recent: readonly number[];
}

/**
 * The policy for an exception that nothing caught. Pure.
 *
 * - A write that a full or read-only disk refused never ends the process: the work it belonged to is retried.
 * - During the start any other exception ends the process with code 1, so that the failure is reported.
 * - Later the process goes on, unless ten came within a minute: then it ends with EXIT_INTERNAL.
 */
function afterUncaught({ error, isStarting, recent }: UncaughtFacts): UncaughtAction {
  if (isRefusedWrite(error)) return { type: 'continue' };
  if (isStarting) return { type: 'exit', code: EXIT_START };
  return recent.length >= MOST ? { type: 'exit', code: EXIT_INTERNAL } : { type: 'continue' };
}

const isRefusedWrite = (error: unknown): boolean => REFUSED_WRITES.has(errnoOf(error));

/** The part of `process` that this needs. */
export interface UncaughtSource {
  on(event: 'uncaughtException', listener: (error: unknown, origin: string) => void): unknown;
  exit(code: number): void;
}

export interface UncaughtHandler {
  /** The start is over: from now on an exception does not end the process at once. */
  started(): void;
}

/**
 * Applies the policy to a process that serves others, and logs each exception with its stack. Rejections that nothing handles arrive
 * here too (origin `unhandledRejection`).
 *
 * Going on is safe because durable state changes only in synced batches and by renames, and every worker is level-triggered. Node's
 * advice to exit assumes a supervisor that restarts the process; `pilotage up` in a terminal has none.
 */
export function handleUncaught(source: UncaughtSource, clock: Clock, logger: Logger): UncaughtHandler {
  let isStarting = true;
  let recent: readonly number[] = [];
  source.on('uncaughtException', (error, origin) => {
    const now = clock.monotonic();
    recent = recent.filter((at) => at > now - WINDOW_MS);
    if (!isRefusedWrite(error)) recent = [...recent, now];
    log(logger, error, origin, recent.length);
    const action = afterUncaught({ error, isStarting, recent });
    if (action.type === 'continue') return;
    logger.error({ code: action.code, recent: recent.length }, 'ending because of an uncaught exception');
    source.exit(action.code);
  });
  return {
    started() {
      isStarting = false;
    },
  };
}

function log(logger: Logger, error: unknown, origin: string, recent: number): void {
  const stack = error instanceof Error ? error.stack : String(error);
  if (isRefusedWrite(error)) logger.error({ error: storageRefusal(error), stack }, 'a write was refused');
  else logger.error({ origin, stack, recent }, 'an exception that nothing caught');
}
