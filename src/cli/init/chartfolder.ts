import { lstatSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { join, relative } from 'node:path';
import { errnoOf, ProblemError } from '../../base/errors.ts';
import type { FileTree } from '../../base/filetree.ts';

const MAX_FILES = 20_000;
/** Links may lead in circles. */
const MAX_DEPTH = 40;

/** A chart's folder on disk, whole: Helm reads what git would not have, and follows links. Those that leave the folder are refused. */
export function readChartFolder(root: string): FileTree {
  const files = new Map<string, string>();
  const real = realOf(root, '');
  walk(real, '', { root: real, files, depth: 0 });
  return treeFrom(files);
}

/** A tree of one file. */
export function treeOfFile(folder: string, name: string): FileTree {
  return treeFrom(new Map([[name, join(folder, name)]]));
}

function treeFrom(files: ReadonlyMap<string, string>): FileTree {
  const read = (path: string): Uint8Array | undefined => {
    const file = files.get(path);
    if (file === undefined) return undefined;
    try {
      return readFileSync(file);
    } catch (error) {
      throw notRead(path, error);
    }
  };
  // Whoever needs digests reads from git.
  return { paths: [...files.keys()].sort(), read, digest: () => undefined };
}

interface Walking {
  readonly root: string;
  readonly files: Map<string, string>;
  readonly depth: number;
}

function walk(folder: string, path: string, at: Walking): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const name = path === '' ? entry.name : `${path}/${entry.name}`;
    const file = join(folder, entry.name);
    const target = entry.isSymbolicLink() ? followed(file, name, at) : file;
    const kind = entry.isSymbolicLink() ? lstatSync(target) : entry;
    if (kind.isDirectory()) walk(target, name, { ...at, depth: at.depth + 1 });
    else if (kind.isFile()) at.files.set(name, target);
    if (at.files.size > MAX_FILES)
      throw new ProblemError({
        reason: 'TreeTooLarge',
        message: `The folder holds more than ${MAX_FILES} files`,
        remedy: 'Name the folder of the chart.',
      });
  }
}

function followed(file: string, name: string, { root, depth }: Walking): string {
  const target = realOf(file, name);
  const inside = relative(root, target);
  if (!inside.startsWith('..') && depth < MAX_DEPTH) return target;
  throw new ProblemError({
    reason: 'LinkLeavesChart',
    message: depth < MAX_DEPTH ? 'The link leads out of the chart' : 'Links lead in a circle',
    place: { file: name },
    remedy: 'Put a copy of the file in its place.',
  });
}

function realOf(file: string, name: string): string {
  try {
    return realpathSync(file);
  } catch (error) {
    throw notRead(name === '' ? file : name, error);
  }
}

const notRead = (path: string, error: unknown): ProblemError =>
  new ProblemError({
    reason: 'NotFound',
    message:
      errnoOf(error) === 'ENOENT' ? `There is no ${path}` : `${path} cannot be read: ${errnoOf(error)}`,
  });
