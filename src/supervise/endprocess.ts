import { type Clock, sleep } from '../base/clock.ts';
import { ProblemError } from '../base/errors.ts';
import { isSameProcess, sendSignal } from '../base/process.ts';

/** How long a process may take to end by itself before it is killed. */
const GRACE_MS = 10_000;
const PERIOD_MS = 25;

/** Ends a process of ours; resolves with whether it ran. Once `hurry` aborts, it is killed at once. Rejects with ProblemError StillRunning. */
export async function endProcess(
  clock: Clock,
  what: string,
  { pid, pidStartTime }: { readonly pid: number; readonly pidStartTime: string },
  hurry?: AbortSignal,
): Promise<boolean> {
  if (!isSameProcess(pid, pidStartTime)) return false;
  const send = async (signal: NodeJS.Signals, enough: () => boolean): Promise<boolean> => {
    sendSignal(pid, signal);
    const deadline = clock.monotonic() + GRACE_MS;
    while (clock.monotonic() < deadline && !enough()) {
      if (!isSameProcess(pid, pidStartTime)) return true;
      await sleep(clock, PERIOD_MS);
    }
    return false;
  };
  if (await send('SIGTERM', () => hurry?.aborted === true)) return true;
  if (await send('SIGKILL', () => false)) return true;
  throw new ProblemError({
    reason: 'StillRunning',
    message: `The ${what} (pid ${pid}) does not end, not even by SIGKILL.`,
  });
}
