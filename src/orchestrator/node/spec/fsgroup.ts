import {
  chmodSync,
  chownSync,
  closeSync,
  constants,
  fstatSync,
  lchownSync,
  openSync,
  readdirSync,
  type Stats,
} from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';
import { O_PATH, pathOf } from '../../../base/descriptors.ts';
import { errnoOf } from '../../../base/errors.ts';

/** What a group may do (Kubernetes `pkg/volume/volume_linux.go`): read and write, and enter folders, whose files are its own. */
const FILE_BITS = 0o660;
const FOLDER_BITS = 0o2770;

/** A descriptor is open for each level. */
const DEEPEST = 256;
/** Others have their turn after so many files. */
const AT_ONCE = 200;

export interface GroupOptions {
  /** Nothing is walked through where the folder itself has the group and its rights (`fsGroupChangePolicy: OnRootMismatch`). */
  readonly onlyOnMismatch: boolean;
}

export const mayGroup = (mode: number): number => mode | FOLDER_BITS;

/**
 * Gives a folder and all that is in it to a group. Programs may write there meanwhile: every file is held by a descriptor before it is
 * changed, so no link that is laid in its place leads elsewhere. Rejects with what the system says.
 */
export async function giveToGroup(root: string, group: number, options: GroupOptions): Promise<void> {
  const place = openSync(root, O_PATH | constants.O_DIRECTORY);
  try {
    const { gid, mode } = fstatSync(place);
    if (options.onlyOnMismatch && gid === group && (mode & FOLDER_BITS) === FOLDER_BITS) return;
    const count = { files: 0 };
    await giveFolder(place, group, count, 0);
    // Last, so that a walk which was cut short is made again.
    give(place, fstatSync(place), group);
  } finally {
    closeSync(place);
  }
}

async function giveFolder(
  folder: number,
  group: number,
  count: { files: number },
  depth: number,
): Promise<void> {
  if (depth > DEEPEST) throw new Error(`its folders are more than ${DEEPEST} deep`);
  for (const name of readdirSync(pathOf(folder))) {
    count.files++;
    if (count.files % AT_ONCE === 0) await turn();
    const path = `${pathOf(folder)}/${name}`;
    const file = openNamed(path);
    if (file === undefined) continue;
    try {
      const stats = fstatSync(file);
      // The rights of a link mean nothing.
      if (stats.isSymbolicLink()) lchownSync(path, stats.uid, group);
      else give(file, stats, group);
      if (stats.isDirectory()) await giveFolder(file, group, count, depth + 1);
    } finally {
      closeSync(file);
    }
  }
}

/** Changing the group takes setuid away, so the mode comes after it. */
function give(file: number, stats: Stats, group: number): void {
  chownSync(pathOf(file), stats.uid, group);
  chmodSync(pathOf(file), (stats.mode & 0o7777) | (stats.isDirectory() ? FOLDER_BITS : FILE_BITS));
}

/** undefined: it is gone by now. */
function openNamed(path: string): number | undefined {
  try {
    return openSync(path, O_PATH | constants.O_NOFOLLOW);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}
