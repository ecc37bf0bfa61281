import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { breather } from '../../base/mutex.ts';
import { EXECUTABLE, FOLDER, parseTree, SUBMODULE, SYMLINK } from '../objects/object.ts';
import type { ObjectStore } from '../store/object-store.ts';
import type { Oid } from '../types.ts';
import { checkTree } from './tree.ts';
import { EXPORT_LIMITS } from './treelimits.ts';
import type { LeftOut } from './without.ts';

/**
 * Writes a tree into `dir`, which must be empty or absent. Folders and files are created exclusively, so that a tree with a duplicate
 * name cannot write through a link of its own. `path` is the place of the tree in the repository, whose paths `leftOut` lists.
 * Throws ProblemError TreeTooLarge.
 */
export async function exportTree(
  store: ObjectStore,
  tree: Oid,
  dir: string,
  { path: root = '', leftOut = new Set() }: { readonly path?: string; readonly leftOut?: LeftOut } = {},
): Promise<void> {
  const breathe = breather(16);
  // Check everything before writing anything: a tree that is refused halfway has filled the disk already.
  await checkTree(store, tree, EXPORT_LIMITS);
  mkdirSync(dir, { recursive: true });
  if (readdirSync(dir).length > 0) throw new Error(`${dir} is not empty`);

  const writeFolder = async (oid: Oid, path: string): Promise<void> => {
    for (const entry of parseTree(store.readAs(oid, 'tree'))) {
      await breathe();
      const child = path === '' ? entry.name : `${path}/${entry.name}`;
      const target = join(dir, child);
      if (entry.mode === SUBMODULE || leftOut.has(root === '' ? child : `${root}/${child}`)) continue;
      if (entry.mode === FOLDER) {
        mkdirSync(target);
        await writeFolder(entry.oid, child);
      } else if (entry.mode === SYMLINK) {
        const link = store.readAs(entry.oid, 'blob').toString('utf8');
        if (staysInside(child, link)) symlinkSync(link, target);
      } else {
        const mode = entry.mode === EXECUTABLE ? 0o755 : 0o644;
        writeFileSync(target, store.readAs(entry.oid, 'blob'), { flag: 'wx', mode });
      }
    }
  };
  await writeFolder(tree, '');
}

/**
 * Whether a link at `path` leads to a place below the exported root. `..` is only accepted at the front: after a name it could climb
 * from wherever another link leads (`a/link/../..`), which the text does not show.
 */
export function staysInside(path: string, link: string): boolean {
  if (link === '' || link.startsWith('/') || link.includes('\0')) return false;
  const segments = link.split('/').filter((part) => part !== '' && part !== '.');
  const climbs = segments.findIndex((part) => part !== '..');
  const up = climbs < 0 ? segments.length : climbs;
  if (segments.slice(up).includes('..')) return false;
  return up <= path.split('/').length - 1;
}
