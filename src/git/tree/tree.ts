import { createHash } from 'node:crypto';
import type { Cache } from '../../base/bytecache.ts';
import type { FileTree } from '../../base/filetree.ts';
import { breather } from '../../base/mutex.ts';
import { FOLDER, parseTree, SUBMODULE, SYMLINK, type TreeEntry } from '../objects/object.ts';
import type { ObjectStore } from '../store/object-store.ts';
import type { Oid } from '../types.ts';
import { DIFF_LIMITS, RENDER_LIMITS, TreeBudget, type TreeLimits } from './treelimits.ts';

export type BlobCache = Cache<Oid, Buffer>;

/** The entry at a path below a tree; undefined if there is none. '' is the tree itself. */
export function entryAt(store: ObjectStore, tree: Oid, path: string): TreeEntry | undefined {
  let entry: TreeEntry = { mode: FOLDER, name: '', oid: tree };
  for (const segment of path.split('/').filter((part) => part !== '')) {
    if (entry.mode !== FOLDER) return undefined;
    const next = parseTree(store.readAs(entry.oid, 'tree')).find(({ name }) => name === segment);
    if (!next) return undefined;
    entry = next;
  }
  return entry;
}

/**
 * A commit's tree as FileTree: everything is read now, because FileTree is synchronous and a repository may be repacked later.
 * Digests are object ids; a folder with exclusions gets a digest of what remains.
 * Lets the event loop turn. Throws ProblemError TreeTooLarge, CorruptObject.
 */
export async function loadTree(
  store: ObjectStore,
  cache: BlobCache,
  tree: Oid,
  options: { path?: string; exclude?: readonly string[] } = {},
): Promise<FileTree> {
  const within = normalise(options.path ?? '');
  const excluded = new Set((options.exclude ?? []).map(normalise));
  const files = new Map<string, Buffer>();
  const digests = new Map<string, string>();
  const budget = new TreeBudget(RENDER_LIMITS);
  const breathe = breather(64);

  const wanted = (path: string): boolean =>
    !excluded.has(path) &&
    (within === '' || path === within || path.startsWith(`${within}/`) || within.startsWith(`${path}/`));

  const loadFolder = async (oid: Oid, path: string, depth: number): Promise<string> => {
    const kept: string[] = [];
    let whole = true;
    for (const entry of parseTree(readTree(store, oid, path, budget))) {
      const child = path === '' ? entry.name : `${path}/${entry.name}`;
      budget.entry(child, depth);
      await breathe();
      if (!wanted(child)) {
        whole = false;
        continue;
      }
      const digest =
        entry.mode === FOLDER ? await loadFolder(entry.oid, child, depth + 1) : loadFile(entry, child);
      whole &&= digest === entry.oid;
      kept.push(`${entry.mode} ${entry.name} ${digest}`);
    }
    const digest = whole ? oid : createHash('sha1').update(kept.join('\n')).digest('hex');
    digests.set(path, digest);
    return digest;
  };

  const loadFile = (entry: TreeEntry, path: string): string => {
    if (entry.mode === SYMLINK || entry.mode === SUBMODULE) return entry.oid;
    const known = cache.get(entry.oid);
    budget.file(path, known?.length ?? store.sizeOf(entry.oid));
    const content = known ?? store.readAs(entry.oid, 'blob');
    cache.set(entry.oid, content, content.length + 100);
    files.set(path, content);
    digests.set(path, entry.oid);
    return entry.oid;
  };

  await loadFolder(tree, '', 0);
  const paths = [...files.keys()].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  return { paths, read: (path) => files.get(path), digest: (path) => digests.get(path) };
}

/** Walks all of a tree and reads no file. Throws ProblemError TreeTooLarge. */
export async function checkTree(store: ObjectStore, tree: Oid, limits: TreeLimits): Promise<void> {
  const budget = new TreeBudget(limits);
  const breathe = breather(64);
  const sizes = new Map<Oid, number>();
  const sizeOf = (oid: Oid): number => {
    const size = sizes.get(oid) ?? store.sizeOf(oid);
    sizes.set(oid, size);
    return size;
  };
  const check = async (oid: Oid, path: string, depth: number): Promise<void> => {
    for (const { name, mode, oid: below } of parseTree(readTree(store, oid, path, budget))) {
      const child = path === '' ? name : `${path}/${name}`;
      budget.entry(child, depth);
      await breathe();
      if (mode === FOLDER) await check(below, child, depth + 1);
      else if (mode !== SUBMODULE) budget.file(child, sizeOf(below));
    }
  };
  await check(tree, '', 0);
}

/** A folder object that is larger than a file may be is not parsed. */
function readTree(store: ObjectStore, oid: Oid, path: string, budget: TreeBudget): Buffer {
  budget.file(path === '' ? '.' : path, store.sizeOf(oid));
  return store.readAs(oid, 'tree');
}

export function normalise(path: string): string {
  return path
    .split('/')
    .filter((part) => part !== '' && part !== '.')
    .join('/');
}

export interface ChangedPath {
  readonly path: string;
  readonly change: 'added' | 'modified' | 'deleted';
}

/** Files that differ between two trees (undefined: the empty tree), sorted; equal ids are never descended into. Throws ProblemError TreeTooLarge. */
export async function diffTrees(
  store: ObjectStore,
  from: Oid | undefined,
  to: Oid | undefined,
): Promise<readonly ChangedPath[]> {
  const budget = new TreeBudget(DIFF_LIMITS);
  const breathe = breather(64);
  const changes: ChangedPath[] = [];

  const diffFolders = async (
    a: Oid | undefined,
    b: Oid | undefined,
    path: string,
    depth: number,
  ): Promise<void> => {
    if (a === b) return;
    const [before, after] = [entriesOf(a, path), entriesOf(b, path)];
    const names = [...new Set([...before.keys(), ...after.keys()])].sort((x, y) => (x < y ? -1 : 1));
    for (const name of names) {
      const child = path === '' ? name : `${path}/${name}`;
      budget.entry(child, depth);
      await breathe();
      await diffEntries(before.get(name), after.get(name), child, depth);
    }
  };
  const diffEntries = async (
    before: TreeEntry | undefined,
    after: TreeEntry | undefined,
    path: string,
    depth: number,
  ): Promise<void> => {
    if (before?.oid === after?.oid && before?.mode === after?.mode) return;
    const [folderBefore, folderAfter] = [before?.mode === FOLDER, after?.mode === FOLDER];
    const [fileBefore, fileAfter] = [before && !folderBefore, after && !folderAfter];
    if (fileBefore) changes.push({ path, change: fileAfter ? 'modified' : 'deleted' });
    else if (fileAfter) changes.push({ path, change: 'added' });
    if (!folderBefore && !folderAfter) return;
    await diffFolders(
      folderBefore ? before?.oid : undefined,
      folderAfter ? after?.oid : undefined,
      path,
      depth + 1,
    );
  };
  const entriesOf = (oid: Oid | undefined, path: string): ReadonlyMap<string, TreeEntry> => {
    const entries = oid === undefined ? [] : parseTree(readTree(store, oid, path, budget));
    return new Map(entries.map((entry) => [entry.name, entry]));
  };

  await diffFolders(from, to, '', 0);
  return changes;
}
