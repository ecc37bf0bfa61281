import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, readdir, readlink } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { exists } from '../files.ts';

/** Every file and link below a folder, by its path from there, in order. */
export async function filesBelow(dir: string): Promise<readonly string[]> {
  const entries = await readdir(dir, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(dir, join(entry.parentPath, entry.name)))
    .sort();
}

/** sha256 of a file's content; of a link's target for a link. */
export async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  if ((await lstat(path)).isSymbolicLink()) return hash.update(await readlink(path)).digest('hex');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

export async function digestsBelow(dir: string): Promise<Record<string, string>> {
  const digests: Record<string, string> = {};
  for (const path of await filesBelow(dir)) digests[path] = await digestOf(join(dir, path));
  return digests;
}

/** A folder that is not there, or holds nothing. */
export const isVacant = async (path: string): Promise<boolean> =>
  !(await exists(path)) || (await readdir(path)).length === 0;
