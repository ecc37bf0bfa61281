import { errnoOf } from './errors.ts';
import type { Logger } from './log.ts';
import { statOf } from './proc.ts';

/**
 * When a process started, in a form that differs for every process that ever had this pid since boot:
 * field 22 of /proc/PID/stat (proc(5)) on Linux, '' elsewhere. undefined where no such process lives (zombies do not count).
 */
export function processStartTime(pid: number): string | undefined {
  if (process.platform !== 'linux') return isAlive(pid) ? '' : undefined;
  const stat = statOf(pid);
  return stat === undefined || stat.state === 'Z' || stat.state === 'X' ? undefined : stat.startTime;
}

/** True while the very process lives that had this pid and start time. */
export function isSameProcess(pid: number, startTime: string): boolean {
  return processStartTime(pid) === startTime;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errnoOf(error) === 'EPERM';
  }
}

/** Sends a signal; false when no such process exists any more. */
export function sendSignal(pid: number, signal: NodeJS.Signals): boolean {
  try {
    process.kill(pid, signal);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'ESRCH') return false;
    throw error;
  }
}

const LEAVE_MS = 1_000;

/** All is done: what still holds this process after a second is named in the log, and holds it no longer. */
export function leaveSoon(logger: Logger): void {
  const timer = setTimeout(() => {
    logger.warn({ heldBy: process.getActiveResourcesInfo() }, 'ending although something is still open');
    process.exit();
  }, LEAVE_MS);
  timer.unref();
}

/** A process that can be asked whether it still lives, the very one that has this pid now. */
export function livenessOf(pid: number): () => boolean {
  const startTime = processStartTime(pid);
  return () => startTime !== undefined && isSameProcess(pid, startTime);
}
