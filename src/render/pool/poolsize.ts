import { availableParallelism, totalmem } from 'node:os';

/** Rendering never needs more than this: the daemon, one thread, feeds the processes and reads what they answer. */
const MOST = 8;
/** Memory of one process that it does not share, measured after 300 renders of a small chart: 54 MB. */
const PROCESS_MB = 60;
/** The share of the machine's memory that idle processes may hold; the rest is the applications'. */
const SHARE = 1 / 8;

export interface Machine {
  readonly cores: number;
  /** Megabytes that this process and its children may use. */
  readonly memory: number;
}

/** This machine, as far as the daemon may use it: a container may be given less memory than there is. */
export function machine(): Machine {
  const limit = process.constrainedMemory() || Number.POSITIVE_INFINITY;
  return { cores: availableParallelism(), memory: Math.min(totalmem(), limit) / 2 ** 20 };
}

/** Processes that render at the same time: one core stays free for the daemon, and memory for the applications. At least 1. */
export function poolSize({ cores, memory }: Machine): number {
  const affordable = Math.floor((memory * SHARE) / PROCESS_MB);
  return Math.max(1, Math.min(MOST, cores - 1, affordable));
}

export interface Load {
  /** Renders that wait for a process. */
  readonly waiting: number;
  /** Milliseconds for which some render has been waiting without a break. */
  readonly waitingMs: number;
  /** Milliseconds that each process has spent on its present render, of all processes; undefined: it is idle. */
  readonly busyMs: readonly (number | undefined)[];
}

/**
 * Whether to start another process. Most renders take milliseconds, so the first process alone empties a short queue before a second
 * has loaded; only a queue that stays for `patience` gets one. Beyond `size` there is one spare: where a template runs away it holds
 * its process for seconds, and the renders of everybody else must not wait for that.
 */
export function needsAnother(
  { waiting, waitingMs, busyMs }: Load,
  { size, patience }: { readonly size: number; readonly patience: number },
): boolean {
  if (waiting === 0 || waitingMs < patience || busyMs.includes(undefined)) return false;
  const isStuck = busyMs.some((ms) => ms !== undefined && ms >= patience);
  return busyMs.length < (isStuck ? size + 1 : size);
}
