import { execFile } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { promisify } from 'node:util';
import { type DiskSpace, floorsOf } from '../../base/diskspace.ts';
import { problemOf } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';
import { unlessRefused } from '../../base/storage.ts';

/** A file that reserves disk space for the deletions that free more of it. */
export interface Reserve {
  /** Creates the file when there is space for it above the floor, and frees it when the disk is almost full. Never rejects. */
  keep(space: DiskSpace): Promise<void>;
  /** Frees the file at once, because a write was refused. */
  giveBack(): void;
}

const run = promisify(execFile);

/** Allocates without writing; rejects where the file system or the machine does not support it. */
const allocate = async (path: string, bytes: number): Promise<void> => {
  await run('fallocate', ['--length', String(bytes), path], { timeout: 10_000 });
};

export function openReserve(path: string, logger: Logger, make: typeof allocate = allocate): Reserve {
  /** A failure is logged once, and not retried every second. */
  let isImpossible = false;

  function giveBack(): void {
    if (!existsSync(path)) return;
    if (unlessRefused(() => rmSync(path, { force: true })))
      logger.warn({ path }, 'the disk is full: the reserve is freed, so that deletions can be recorded');
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
        logger.warn({ path, error: problemOf(error).message }, 'the store cannot reserve disk space');
      }
    },
  };
}
