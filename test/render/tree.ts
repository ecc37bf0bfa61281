import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { FileTree } from '../../src/base/filetree.ts';
import { treeOf } from '../../src/render/pool/wire.ts';

/** A tree from texts: `tree({'chart/Chart.yaml': '…'})`. */
export const tree = (files: Readonly<Record<string, string>>): FileTree =>
  treeOf(new Map(Object.entries(files).map(([path, text]) => [path, Buffer.from(text)])));

/** A tree from a folder on disk, `node_modules` left out. */
export function treeOnDisk(folder: string): FileTree {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .filter((path) => !path.split('/').includes('node_modules'));
  return treeOf(new Map(files.map((path) => [path, readFileSync(join(folder, path))])));
}
