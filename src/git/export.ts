import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { breather } from './mutex.ts';
import { EXECUTABLE, FOLDER, parseTree, SUBMODULE, SYMLINK } from './object.ts';
import type { ObjectStore } from './store.ts';
import { readTree } from './tree.ts';
import { EXPORT_LIMITS, TreeBudget } from './treelimits.ts';
import type { Oid } from './types.ts';

/**
 * Writes a tree into `dir`, which must be empty or absent. Folders and files are created exclusively, so that a tree with a doubled
 * name cannot write through a link that it brought along. Throws ProblemError TreeTooLarge.
 */
export async function exportTree(store: ObjectStore, tree: Oid, dir: string): Promise<void> {
  const breathe = breather(16);
  const budget = new TreeBudget(EXPORT_LIMITS);
  mkdirSync(dir, { recursive: true });
  if (readdirSync(dir).length > 0) throw new Error(`${dir} is not empty`);

  const content = (oid: Oid, path: string): Buffer => {
    budget.file(path, store.sizeOf(oid));
    return store.readAs(oid, 'blob');
  };
  const writeFolder = async (oid: Oid, path: string, depth: number): Promise<void> => {
    for (const entry of parseTree(readTree(store, oid, path, budget))) {
      await breathe();
      const child = path === '' ? entry.name : `${path}/${entry.name}`;
      budget.entry(child, depth);
      const target = join(dir, child);
      if (entry.mode === SUBMODULE) continue;
      if (entry.mode === FOLDER) {
        mkdirSync(target);
        await writeFolder(entry.oid, child, depth + 1);
      } else if (entry.mode === SYMLINK) {
        const link = content(entry.oid, child).toString('utf8');
        if (staysInside(child, link)) symlinkSync(link, target);
      } else {
        const mode = entry.mode === EXECUTABLE ? 0o755 : 0o644;
        writeFileSync(target, content(entry.oid, child), { flag: 'wx', mode });
      }
    }
  };
  await writeFolder(tree, '', 0);
}

/**
 * Does a link at `path` lead to a place below the exported root? `..` counts only at the front: behind a name it could climb
 * from wherever another link leads (`a/link/../..`), which no look at the text can tell.
 */
export function staysInside(path: string, link: string): boolean {
  if (link === '' || link.startsWith('/') || link.includes('\0')) return false;
  const segments = link.split('/').filter((part) => part !== '' && part !== '.');
  const climbs = segments.findIndex((part) => part !== '..');
  const up = climbs < 0 ? segments.length : climbs;
  if (segments.slice(up).includes('..')) return false;
  return up <= path.split('/').length - 1;
}
