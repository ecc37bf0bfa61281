import { constants } from 'node:fs';
import { access, chmod, lstat, mkdir, readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Confinement } from '../base/confinement.ts';
import { errnoOf, ProblemError, problemOf } from '../base/errors.ts';

/** Others must not look into these: pods' files with their Secrets, hosted repositories, images, keys, who did what. */
const FOLDERS = ['agent', 'audit', 'git', 'mirrors', 'images', 'pki'];

/**
 * Makes the data directory and the folders in it that hold secrets, for their owner only. A directory that was there already
 * keeps its mode: it may be one that other programs use too.
 */
export async function makeDataDir(dataDir: string): Promise<void> {
  try {
    await makeFolder(dataDir);
    for (const folder of FOLDERS) await makeFolder(join(dataDir, folder));
    await access(dataDir, constants.W_OK);
  } catch (cause) {
    throw new ProblemError(
      {
        reason: 'DataDirUnusable',
        message: `The data directory ${dataDir} cannot be made or written (${errnoOf(cause) ?? problemOf(cause).message}).`,
        remedy:
          'Give the user who runs Pilotage the right to write there, or choose another: --data-dir DIR.',
      },
      { cause },
    );
  }
}

/** What a pod that is another user has to get through, where nothing can be shown to it at a place of its own. */
const WAY = ['agent', 'agent/pods', 'images', 'images/sha256', 'images/tmp'];

/** Lets other users pass through the data directory to what is theirs, and shuts everything else in it, where modes are all that confines pods. */
export async function openWay(dataDir: string, confinement: Confinement): Promise<void> {
  if (confinement.type !== 'uid' || confinement.covers) return;
  for (const folder of ['', 'agent', 'images']) await shutAll(join(dataDir, folder));
  for (const folder of WAY) await makeFolder(join(dataDir, folder));
  for (const folder of ['', ...WAY]) await chmod(join(dataDir, folder), 0o711);
}

async function shutAll(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const { mode } = await lstat(path);
    await chmod(path, mode & 0o700);
  }
}

/** Like `mkdir -p`. Node's own recursive mkdir tries for ever where a folder that exists says ENOENT, as those below /proc do. */
async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (error) {
    const parent = dirname(path);
    if (errnoOf(error) === 'EEXIST' && (await stat(path)).isDirectory()) return;
    if (errnoOf(error) !== 'ENOENT' || parent === path || (await isThere(parent))) throw error;
    await makeFolder(parent);
    await mkdir(path, { mode: 0o700 });
  }
}

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    (error: unknown) => {
      if (errnoOf(error) === 'ENOENT') return false;
      throw error;
    },
  );
