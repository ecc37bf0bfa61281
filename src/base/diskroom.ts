import { statfs } from 'node:fs/promises';
import type { Clock } from './clock.ts';
import type { Problem } from './errors.ts';

/** Bytes of a file system. */
export interface DiskSpace {
  /** What this user may still write. */
  readonly free: number;
  readonly total: number;
}

/** Bytes that must be free, smallest first. */
export interface Floors {
  /** What is set aside so that deletions can be recorded on a disk that is full. */
  readonly reserve: number;
  /** Below it nothing is taken that makes the data grow. */
  readonly writes: number;
  /** Below it no build begins: a build writes much, and can be told to wait. */
  readonly builds: number;
}

const MIB = 2 ** 20;

/** One hundredth of the disk, from 64 MiB to 1 GiB; of a disk below half a gigabyte an eighth. Four times as much for builds. */
export function floorsOf(total: number): Floors {
  const usual = Math.min(Math.max(64 * MIB, total / 100), 1024 * MIB);
  const writes = Math.floor(Math.min(usual, total / 8));
  return { reserve: Math.floor(Math.min(16 * MIB, writes / 4)), writes, builds: 4 * writes };
}

export type DiskNeed = 'writes' | 'builds';

/** Why there is too little room for what is asked; undefined when there is enough. Pure. */
export function lackOf(dir: string, { free, total }: DiskSpace, need: DiskNeed): Problem | undefined {
  const floor = floorsOf(total)[need];
  if (free >= floor) return undefined;
  return {
    reason: 'InsufficientStorage',
    message: `the disk of ${dir} has ${size(free)} left, and ${REFUSED[need]} below ${size(floor)}`,
    remedy:
      'What runs goes on. Make room on that disk, or delete what is not needed: deletions are taken. All else follows by itself.',
  };
}

const REFUSED: Readonly<Record<DiskNeed, string>> = {
  writes: 'nothing that takes more room is taken',
  builds: 'no build begins',
};

const size = (bytes: number): string =>
  bytes < 10 * MIB ? `${Math.floor(bytes / 1024)} KiB` : `${Math.floor(bytes / MIB)} MiB`;

/** What a file system says of itself. Rejects when the directory cannot be looked at. */
export async function spaceOf(dir: string): Promise<DiskSpace> {
  const { bavail, blocks, bsize } = await statfs(dir);
  return { free: bavail * bsize, total: blocks * bsize };
}

export interface DiskRoom {
  /** By the newest look, at most a second old: costs nothing. */
  lack(need: DiskNeed): Problem | undefined;
  stop(): void;
}

export interface DiskRoomOptions {
  readonly dir: string;
  readonly clock: Clock;
  readonly space?: (dir: string) => Promise<DiskSpace>;
  /** Told of each look, and waited for before the next. Never rejects. */
  readonly onLook?: (space: DiskSpace) => Promise<void>;
}

const LOOK_MS = 1_000;

/** Looks at a disk once a second. What cannot be looked at counts as having room: the write itself will tell. */
export async function watchDisk({
  dir,
  clock,
  space = spaceOf,
  onLook = () => Promise.resolve(),
}: DiskRoomOptions): Promise<DiskRoom> {
  let known: DiskSpace | undefined;
  let cancel = () => {};
  let isStopped = false;

  const look = async (): Promise<void> => {
    known = await space(dir).catch(() => undefined);
  };
  const again = (): void => {
    if (isStopped) return;
    cancel = clock.after(LOOK_MS, async () => {
      await look();
      if (known && !isStopped) await onLook(known);
      again();
    });
  };
  await look();
  again();
  return {
    lack: (need) => known && lackOf(dir, known, need),
    stop() {
      isStopped = true;
      cancel();
    },
  };
}
