import { type FileHandle, mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../base/clock.ts';

export interface FileLimits {
  /** Of one file. */
  readonly fileBytes: number;
  /** Of all. */
  readonly totalBytes: number;
  /** A new file each day, so that what is too old can go. */
  readonly fileMs: number;
  readonly keepMs: number;
}

const DAY = 24 * 60 * 60_000;
export const FILE_LIMITS: FileLimits = {
  fileBytes: 32 * 2 ** 20,
  totalBytes: 512 * 2 ** 20,
  fileMs: DAY,
  keepMs: 30 * DAY,
};

export interface AuditFile {
  readonly path: string;
  /** When it was begun: nothing in it is older. */
  readonly from: number;
  readonly bytes: number;
}

/** The files of the log, for one writer. */
export interface AuditFiles {
  /** Appends whole lines. Rejects with what the system says; a part of them may then be in the file, and its last line torn. */
  append(lines: Buffer): Promise<void>;
  /** Oldest first. */
  list(): Promise<readonly AuditFile[]>;
  close(): Promise<void>;
}

const nameAt = (ms: number): string => `audit-${new Date(ms).toISOString().replaceAll(':', '-')}.log`;

function beginOf(name: string): number | undefined {
  const [, day, hour, minute, second] = /^audit-(.{10})T(\d\d)-(\d\d)-(\d\d\.\d{3})Z\.log$/.exec(name) ?? [];
  const at = Date.parse(`${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(at) ? undefined : at;
}

/** Files of `dir`, mode 0600, which begin anew by size and by age; the oldest go when all together are too large or they are too old. */
export function openAuditFiles(dir: string, clock: Clock, limits: FileLimits = FILE_LIMITS): AuditFiles {
  let current: { handle: FileHandle; from: number; bytes: number } | undefined;
  let torn = false;

  async function list(): Promise<readonly AuditFile[]> {
    const names = await readdir(dir).catch(() => []);
    const files = names.flatMap((name) => {
      const from = beginOf(name);
      return from === undefined ? [] : [{ path: join(dir, name), from }];
    });
    const sized = await Promise.all(
      files.map(async (file) => ({
        ...file,
        bytes: await stat(file.path).then(
          ({ size }) => size,
          () => 0,
        ),
      })),
    );
    return sized.sort((a, b) => a.from - b.from);
  }

  const isFull = (file: { from: number; bytes: number }, more: number): boolean =>
    (file.bytes > 0 && file.bytes + more > limits.fileBytes) || clock.now() - file.from >= limits.fileMs;

  /** The last file of an earlier run is gone on with, after a line that a crash may have torn. */
  async function begin(more: number): Promise<NonNullable<typeof current>> {
    await mkdir(dir, { recursive: true, mode: 0o700 });
    const last = (await list()).at(-1);
    const goesOn = last !== undefined && !isFull(last, more);
    const [path, from, bytes] = goesOn
      ? [last.path, last.from, last.bytes]
      : [join(dir, nameAt(clock.now())), clock.now(), 0];
    const handle = await open(path, 'a', 0o600);
    torn = bytes > 0;
    current = { handle, from, bytes };
    await collect();
    return current;
  }

  async function collect(): Promise<void> {
    const files = await list();
    let left = files.reduce((sum, { bytes }) => sum + bytes, 0);
    for (const { path, from, bytes } of files.slice(0, -1)) {
      if (left <= limits.totalBytes - limits.fileBytes && clock.now() - from <= limits.keepMs) break;
      await rm(path, { force: true });
      left -= bytes;
    }
  }

  async function close(): Promise<void> {
    const { handle } = current ?? {};
    current = undefined;
    await handle?.close();
  }

  return {
    list,
    close,
    async append(lines) {
      if (current && isFull(current, lines.length)) await close();
      const file = current ?? (await begin(lines.length));
      const bytes = torn ? Buffer.concat([Buffer.from('\n'), lines]) : lines;
      try {
        await file.handle.appendFile(bytes);
      } catch (error) {
        // What of it is written is seen when the file is opened again.
        await close().catch(() => {});
        throw error;
      }
      torn = false;
      file.bytes += bytes.length;
    },
  };
}
