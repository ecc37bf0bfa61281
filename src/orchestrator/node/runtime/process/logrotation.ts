import { execFile } from 'node:child_process';
import { closeSync, openSync, readFileSync, readSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import type { Logger } from '../../../../base/log.ts';
import { unlessRefused } from '../../../../base/storage.ts';

/** What the kubelet keeps of a container: `containerLogMaxFiles` (5) times `containerLogMaxSize` (10Mi). */
const FILE = 10 * 2 ** 20;
const MAX_BYTES = 5 * FILE;
/** All logs of a pod together: those of one container that runs, and of its start before. */
const POD_BYTES = 2 * MAX_BYTES;
/** Starts of each container whose logs are kept, as the kubelet does (`maximum-dead-containers-per-container` is 1). */
const STARTS = 2;
/** Lines may be long: the end of one is searched for up to here. */
const LINE_BYTES = 64 * 1024;

/**
 * A program writes straight into its log and cannot be asked to open another one, and copying what it has written would lose what it
 * writes meanwhile. So the file goes on, and its beginning is given back to the disk (`fallocate --punch-hole`): places in it stay what
 * they were for readers and followers. `<log>.cut` says where it begins now.
 */
export function beginOf(log: string): number {
  try {
    const cut = Number(readFileSync(`${log}.cut`, 'utf8'));
    // A cut on a file system without holes made it start from the beginning.
    return Number.isSafeInteger(cut) && cut <= statSync(log).size ? cut : 0;
  } catch {
    return 0;
  }
}

export interface Limits {
  readonly maxBytes: number;
  readonly keptBytes: number;
}

/** What each log of a pod with so many containers may have. Pure. */
export function limitsFor(containers: number): Limits {
  const maxBytes = Math.floor(Math.min(MAX_BYTES, POD_BYTES / (STARTS * Math.max(1, containers))));
  return { maxBytes, keptBytes: Math.floor((maxBytes * 4) / 5) };
}

/** Gives back the beginning of a log that has grown beyond its limit. Resolves with whether it did. */
export async function rotate(log: string, logger: Logger, limits: Limits): Promise<boolean> {
  const size = statSync(log, { throwIfNoEntry: false })?.size ?? 0;
  if (size <= limits.maxBytes || size - beginOf(log) <= limits.maxBytes) return false;
  const cut = lineAfter(log, size - limits.keptBytes);
  // First where it begins, then the hole, so that zeros are never read. The next cut makes up for a crash in between.
  if (!unlessRefused(() => writeFileSync(`${log}.cut`, String(cut), { mode: 0o600 }))) return false;
  const failure = await punch(log, cut);
  if (failure === undefined) return true;
  logger.warn({ log, failure }, 'its beginning cannot be given back: the log starts over');
  truncateSync(log);
  return true;
}

function lineAfter(log: string, offset: number): number {
  const fd = openSync(log, 'r');
  try {
    const bytes = Buffer.alloc(LINE_BYTES);
    const length = readSync(fd, bytes, 0, LINE_BYTES, offset);
    const end = bytes.subarray(0, length).indexOf(10);
    return end < 0 ? offset : offset + end + 1;
  } finally {
    closeSync(fd);
  }
}

/** Resolves with why it could not be done. */
const punch = (log: string, length: number): Promise<string | undefined> =>
  new Promise((resolve) => {
    const args = ['--punch-hole', '--offset', '0', '--length', String(length), log];
    execFile('fallocate', args, { timeout: 10_000 }, (error) => resolve(error?.message));
  });
