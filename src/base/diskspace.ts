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
  /** Below it no build begins: a build writes much, and can wait. */
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
  /** This directory is not looked at any more. */
  stop(): void;
}

/** Called after each look but the first, and awaited before the next. Never rejects. */
export type OnLook = (space: DiskSpace) => Promise<void>;

/** The one watcher of a process: directories may lie on different disks, and all are looked at once a second. */
export interface DiskWatch {
  /** Resolves after the first look at the directory's disk. */
  add(dir: string, onLook?: OnLook): Promise<DiskRoom>;
}

export interface DiskWatchOptions {
  readonly clock: Clock;
  /** Default: what the file system says. */
  readonly space?: (dir: string) => Promise<DiskSpace>;
}

interface Watched {
  readonly dir: string;
  readonly onLook: OnLook | undefined;
  known: DiskSpace | undefined;
}

const LOOK_MS = 1_000;

/** Runs while there is a directory to look at. A disk whose space cannot be read counts as having room: the write itself reports the failure. */
export function createDiskWatch({ clock, space = spaceOf }: DiskWatchOptions): DiskWatch {
  const watched = new Set<Watched>();
  let cancel: (() => void) | undefined;

  const look = async (one: Watched): Promise<void> => {
    one.known = await space(one.dir).catch(() => undefined);
  };
  const lookAgain = async (one: Watched): Promise<void> => {
    await look(one);
    if (one.known && watched.has(one)) await one.onLook?.(one.known);
  };
  const schedule = (): void => {
    const mine = clock.after(LOOK_MS, async () => {
      await Promise.all([...watched].map(lookAgain));
      // Unless the last directory was removed meanwhile, and perhaps another one added.
      if (cancel === mine) schedule();
    });
    cancel = mine;
  };
  const remove = (one: Watched): void => {
    watched.delete(one);
    if (watched.size > 0) return;
    cancel?.();
    cancel = undefined;
  };

  return {
    async add(dir, onLook) {
      const one: Watched = { dir, onLook, known: undefined };
      watched.add(one);
      await look(one);
      if (cancel === undefined && watched.has(one)) schedule();
      return { lack: (need) => one.known && lackOf(dir, one.known, need), stop: () => remove(one) };
    },
  };
}
