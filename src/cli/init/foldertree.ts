import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ProblemError } from '../../base/errors.ts';
import type { FileTree } from '../../base/filetree.ts';

/** The git side has the same limit. */
const MAX_FILES = 20_000;
const IGNORED = new Set(['.git', 'node_modules']);

/** A folder on disk as the renderer sees it once it is committed: regular files only, no links. */
export function readFolder(root: string, isIgnored: (path: string) => boolean = () => false): FileTree {
  const paths = walk(root, '')
    .filter((path) => !isIgnored(path))
    .sort();
  if (paths.length > MAX_FILES) {
    throw new ProblemError({
      reason: 'TreeTooLarge',
      message: `${root} holds more than ${MAX_FILES} files.`,
      remedy: 'Run it in the folder of the repository, or name the folder of the chart.',
    });
  }
  const known = new Set(paths);
  const read = (path: string): Uint8Array | undefined =>
    known.has(path) ? readFileSync(join(root, path)) : undefined;
  return {
    paths,
    read,
    digest(path) {
      const below = paths.filter((file) => path === '' || file === path || file.startsWith(`${path}/`));
      if (below.length === 0) return undefined;
      const hash = createHash('sha256');
      for (const file of below) hash.update(`${file}\0`).update(read(file) ?? '');
      return hash.digest('hex');
    },
  };
}

function walk(root: string, folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) return IGNORED.has(entry.name) ? [] : walk(root, path);
    return entry.isFile() ? [path] : [];
  });
}
