import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf } from '../../base/errors.ts';
import type { ContentCache } from '../web/cache.ts';
import { type Digest, digestOf } from '../web/digest.ts';

/** Bytes that are kept; what was not used for longest goes first. */
const MOST_KEPT = 512 * 2 ** 20;

/**
 * Files by their digests in a folder, which may be removed at any time. What is read is checked: a file that is not what its name says was
 * cut short by a crash or changed, and counts as absent.
 */
export function openStore(dir: string, most = MOST_KEPT): ContentCache {
  const pathOf = (digest: Digest): string => join(dir, digest.replace(':', '-'));
  return {
    async get(digest) {
      const path = pathOf(digest);
      const bytes = await readFile(path).catch(absent);
      if (bytes === undefined) return undefined;
      if (digestOf(bytes) !== digest) {
        await rm(path, { force: true });
        return undefined;
      }
      const now = new Date();
      await utimes(path, now, now).catch(absent);
      return bytes;
    },
    async put(digest, bytes) {
      await mkdir(dir, { recursive: true, mode: 0o700 });
      const draft = join(dir, `.${randomUUID()}.new`);
      await writeFile(draft, bytes, { mode: 0o600 });
      await rename(draft, pathOf(digest));
      await shrink(dir, most);
    },
  };
}

async function shrink(dir: string, most: number): Promise<void> {
  const names = await readdir(dir);
  const files = await Promise.all(
    names.map(async (name) => {
      const info = await stat(join(dir, name)).catch(absent);
      return info ? [{ name, size: info.size, usedAt: info.mtimeMs }] : [];
    }),
  );
  let kept = 0;
  for (const { name, size } of files.flat().sort((a, b) => b.usedAt - a.usedAt)) {
    kept += size;
    if (kept > most) await rm(join(dir, name), { force: true });
  }
}

const absent = (error: unknown): undefined => {
  if (errnoOf(error) === 'ENOENT') return undefined;
  throw error;
};
