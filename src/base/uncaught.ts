import type { Clock } from './clock.ts';
import type { Logger } from './log.ts';

/** Exit code of a process that gives up: EX_SOFTWARE of sysexits.h. A service manager restarts it (`Restart=on-failure`). */
export const EXIT_INTERNAL = 70;

/** So many exceptions that nobody caught within the window are no accident any more. */
const MOST = 10;
const WINDOW_MS = 60_000;

/** Times of earlier ones, and what to do about one more: go on, or end the process so that it starts afresh. */
export function afterUncaught(
  earlier: readonly number[],
  now: number,
): { readonly recent: readonly number[]; readonly action: 'continue' | 'exit' } {
  const recent = [...earlier.filter((at) => at > now - WINDOW_MS), now];
  return { recent, action: recent.length >= MOST ? 'exit' : 'continue' };
}

/** The part of `process` that this needs. */
export interface UncaughtSource {
  on(event: 'uncaughtException', listener: (error: unknown, origin: string) => void): unknown;
  exit(code: number): void;
}

/**
 * One callback that throws must not take the control plane (or the node) away from everybody else: it is logged with its stack, and
 * the process goes on. That is safe here because what is durable changes only in synced batches and by renames, and every worker
 * observes anew. Node's advice to exit assumes somebody who restarts; `pilotage up` in a terminal has nobody. Whatever
 * keeps throwing is broken for good: then the process ends with EXIT_INTERNAL. Rejections that nobody handles come here as well
 * (origin `unhandledRejection`).
 */
export function surviveUncaught(source: UncaughtSource, clock: Clock, logger: Logger): void {
  let earlier: readonly number[] = [];
  source.on('uncaughtException', (error, origin) => {
    const { recent, action } = afterUncaught(earlier, clock.monotonic());
    earlier = recent;
    const stack = error instanceof Error ? error.stack : String(error);
    logger.error({ origin, stack, recent: recent.length }, 'an exception that nothing caught');
    if (action === 'continue') return;
    logger.error({ recent: recent.length }, 'exceptions keep coming: ending, so that it can start afresh');
    source.exit(EXIT_INTERNAL);
  });
}
