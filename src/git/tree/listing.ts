import { breather } from '../../base/mutex.ts';
import { EXECUTABLE, FOLDER, parseTree, SUBMODULE, SYMLINK } from '../objects/object.ts';
import type { ObjectStore } from '../store/object-store.ts';
import type { FolderFile, FolderFiles, Oid } from '../types.ts';
import { checkTree } from './tree.ts';
import { EXPORT_LIMITS } from './treelimits.ts';
import type { LeftOut } from './without.ts';

/** Lists a folder and reads no file. `path` is its place in the repository, whose paths `leftOut` lists. Throws ProblemError TreeTooLarge. */
export async function listFiles(
  store: ObjectStore,
  folder: Oid,
  path: string,
  leftOut: LeftOut,
): Promise<FolderFiles> {
  await checkTree(store, folder, EXPORT_LIMITS);
  const breathe = breather(64);
  const files: FolderFile[] = [];
  const list = async (oid: Oid, within: string): Promise<void> => {
    for (const entry of parseTree(store.readAs(oid, 'tree'))) {
      await breathe();
      const child = within === '' ? entry.name : `${within}/${entry.name}`;
      if (entry.mode === SUBMODULE || leftOut.has(path === '' ? child : `${path}/${child}`)) continue;
      if (entry.mode === FOLDER) await list(entry.oid, child);
      else files.push({ path: child, kind: KINDS[entry.mode] ?? 'file', oid: entry.oid });
    }
  };
  await list(folder, '');
  files.sort((a, b) => (a.path < b.path ? -1 : 1));
  return { files, read: ({ oid }) => store.readAs(oid, 'blob') };
}

const KINDS: Readonly<Record<string, FolderFile['kind']>> = { [EXECUTABLE]: 'executable', [SYMLINK]: 'link' };
