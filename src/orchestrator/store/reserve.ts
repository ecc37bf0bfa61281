import { execFile } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { promisify } from 'node:util';
import { type DiskSpace, floorsOf } from '../../base/diskspace.ts';
import { problemOf } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';
import { unlessRefused } from '../../base/storage.ts';

/** A file that holds room on the disk, for the deletions that make more of it. */
export interface Reserve {
  /** Makes it when there is room for it beyond the floor, gives it back when next to nothing is left. Never rejects. */
  keep(space: DiskSpace): Promise<void>;
  /** At once, because a write was refused. */
  giveBack(): void;
}

const run = promisify(execFile);

/** Allocates and writes nothing; rejects where the file system, or the machine, knows no such thing. */
const allocate = async (path: string, bytes: number): Promise<void> => {
  await run('fallocate', ['--length', String(bytes), path], { timeout: 10_000 });
};

export function openReserve(path: string, logger: Logger, make: typeof allocate = allocate): Reserve {
  /** One failure is told once, and not tried again each second. */
  let isImpossible = false;

  function giveBack(): void {
    if (!existsSync(path)) return;
    if (unlessRefused(() => rmSync(path, { force: true })))
      logger.warn({ path }, 'the disk is full: the reserve is given back, so that deletions can be recorded');
  }

  return {
    giveBack,
    async keep({ free, total }) {
      const { reserve, writes } = floorsOf(total);
      if (free < reserve / 2) return giveBack();
      if (isImpossible || existsSync(path) || free < writes + reserve) return;
      try {
        await make(path, reserve);
      } catch (error) {
        isImpossible = true;
        await rm(path, { force: true }).catch(() => undefined);
        logger.warn({ path, error: problemOf(error).message }, 'the store has no reserve on its disk');
      }
    },
  };
}
