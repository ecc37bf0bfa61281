import { execFile } from 'node:child_process';
import { onAbort } from '../../../../../base/abort.ts';
import type { Clock } from '../../../../../base/clock.ts';
import { allProcesses, statOf } from '../../../../../base/proc.ts';
import { BUILD_MEMORY_BYTES, BUILD_OUTPUT_BYTES } from '../../buildoutput.ts';

/** What a build may use. One that uses more is ended, and its output says what it used too much of. */
export interface BuildLimits {
  readonly outputBytes: number;
  /** Resident memory of all processes of its group together. */
  readonly memoryBytes: number;
  /** Everything below the folder that it works in, its HOME included. */
  readonly diskBytes: number;
}

const MIB = 1024 * 1024;
export const BUILD_LIMITS: BuildLimits = {
  outputBytes: BUILD_OUTPUT_BYTES,
  memoryBytes: BUILD_MEMORY_BYTES,
  diskBytes: 4096 * MIB,
};

export interface LimitWatch {
  /** Aborts when the caller's does, or a limit is exceeded. */
  readonly signal: AbortSignal;
  /** The limit that was exceeded, worded to follow the command's name. */
  exceeded(): string | undefined;
  printed(bytes: number): void;
  /** To be called with the leader of the group as soon as it runs. */
  started(leader: number): void;
  stop(): void;
}

export interface LimitOptions {
  readonly limits: BuildLimits;
  readonly dir: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

const MEMORY_LOOK_MS = 500;
/** After the first look, which comes with the first at memory. */
const DISK_LOOK_MS = 2_000;

/** The kernel bounds each process (`prlimit`); this bounds what many of them use together, by looking. */
export function watchLimits({ limits, dir, clock, signal }: LimitOptions): LimitWatch {
  const own = new AbortController();
  let reason: string | undefined;
  let bytes = 0;
  const cancels = new Map<string, () => void>();
  const forget = onAbort(signal, (why) => own.abort(why));

  function exceed(what: string): void {
    if (own.signal.aborted) return;
    reason = what;
    own.abort(new Error(what));
  }
  const megabytes = (size: number): string => `${Math.round(size / MIB)} MiB`;

  function every(name: string, ms: number, look: () => void): void {
    if (!own.signal.aborted) cancels.set(name, clock.after(ms, look));
  }

  function lookAtMemory(leader: number): void {
    if (residentBytes(leader) > limits.memoryBytes)
      exceed(`used more than ${megabytes(limits.memoryBytes)} of memory`);
    every('memory', MEMORY_LOOK_MS, () => lookAtMemory(leader));
  }

  /** In a process of its own: a tree of a hundred thousand files takes a while. */
  function lookAtDisk(): void {
    const child = execFile('du', ['-sk', dir], { timeout: 60_000 }, (_error, stdout) => {
      if (Number.parseInt(stdout, 10) * 1024 > limits.diskBytes)
        exceed(`wrote more than ${megabytes(limits.diskBytes)}`);
      every('disk', DISK_LOOK_MS, lookAtDisk);
    });
    cancels.set('disk', () => void child.kill('SIGKILL'));
  }

  return {
    signal: own.signal,
    exceeded: () => reason,
    printed(count) {
      bytes += count;
      if (bytes > limits.outputBytes) exceed(`printed more than ${megabytes(limits.outputBytes)}`);
    },
    started(leader) {
      every('memory', MEMORY_LOOK_MS, () => lookAtMemory(leader));
      every('disk', MEMORY_LOOK_MS, lookAtDisk);
    },
    stop() {
      forget();
      own.abort(new Error('the build has ended'));
      for (const cancel of cancels.values()) cancel();
    },
  };
}

/** Of all processes of a group; 0 where there is no /proc. */
function residentBytes(leader: number): number {
  const stats = allProcesses().map(statOf);
  return stats.reduce((sum, stat) => sum + (stat?.group === leader ? stat.memoryBytes : 0), 0);
}
