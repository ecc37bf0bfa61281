import { createHash } from 'node:crypto';
import { ProblemError } from '../base/errors.ts';
import type { FileTree } from '../base/filetree.ts';
import type { ByteCache } from './lru.ts';
import { FOLDER, parseTree, SUBMODULE, SYMLINK, type TreeEntry } from './object.ts';
import type { ObjectStore } from './store.ts';
import type { Oid } from './types.ts';

const MAX_FILE_BYTES = 5 * 2 ** 20;
const MAX_TREE_BYTES = 64 * 2 ** 20;
const MAX_FILES = 50_000;

export type BlobCache = ByteCache<Oid, Buffer>;

/** The entry at a path below a tree; undefined where nothing is. '' is the tree itself. */
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

interface Loading {
  readonly files: Map<string, Buffer>;
  readonly digests: Map<string, string>;
  bytes: number;
}

/**
 * A commit's tree as FileTree: everything is read now, because FileTree is synchronous and a repository may be repacked later.
 * Digests are object ids; a folder of which something was left out gets a digest of what remains.
 * Throws ProblemError TreeTooLarge, CorruptObject.
 */
export function loadTree(
  store: ObjectStore,
  cache: BlobCache,
  tree: Oid,
  options: { path?: string; exclude?: readonly string[] } = {},
): FileTree {
  const within = normalise(options.path ?? '');
  const excluded = new Set((options.exclude ?? []).map(normalise));
  const loading: Loading = { files: new Map(), digests: new Map(), bytes: 0 };

  const wanted = (path: string): boolean =>
    !excluded.has(path) &&
    (within === '' || path === within || path.startsWith(`${within}/`) || within.startsWith(`${path}/`));

  const loadFolder = (oid: Oid, path: string): string => {
    const kept: string[] = [];
    let whole = true;
    for (const entry of parseTree(store.readAs(oid, 'tree'))) {
      const child = path === '' ? entry.name : `${path}/${entry.name}`;
      if (!wanted(child)) {
        whole = false;
        continue;
      }
      const digest = loadEntry(entry, child);
      whole &&= digest === entry.oid;
      kept.push(`${entry.mode} ${entry.name} ${digest}`);
    }
    const digest = whole ? oid : createHash('sha1').update(kept.join('\n')).digest('hex');
    loading.digests.set(path, digest);
    return digest;
  };

  const loadEntry = (entry: TreeEntry, path: string): string => {
    if (entry.mode === FOLDER) return loadFolder(entry.oid, path);
    if (entry.mode === SYMLINK || entry.mode === SUBMODULE) return entry.oid;
    const content = cache.get(entry.oid) ?? store.readAs(entry.oid, 'blob');
    checkSize(loading, path, content.length);
    cache.set(entry.oid, content, content.length + 100);
    loading.files.set(path, content);
    loading.digests.set(path, entry.oid);
    return entry.oid;
  };

  loadFolder(tree, '');
  const paths = [...loading.files.keys()].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  return {
    paths,
    read: (path) => loading.files.get(path),
    digest: (path) => loading.digests.get(path),
  };
}

function checkSize(loading: Loading, path: string, bytes: number): void {
  loading.bytes += bytes;
  const mib = (n: number) => `${Math.round(n / 2 ** 20)} MiB`;
  const what =
    bytes > MAX_FILE_BYTES
      ? `${path} has ${bytes} bytes; a file may have ${mib(MAX_FILE_BYTES)}`
      : loading.bytes > MAX_TREE_BYTES
        ? `the files up to ${path} have more than ${mib(MAX_TREE_BYTES)} together`
        : loading.files.size >= MAX_FILES
          ? `there are more than ${MAX_FILES} files (at ${path})`
          : undefined;
  if (what === undefined) return;
  throw new ProblemError({
    reason: 'TreeTooLarge',
    message: `the tree is too large to be rendered: ${what}`,
    place: { file: path },
    remedy:
      'keep charts and manifests in a folder of their own and name that folder, or move the large file elsewhere',
  });
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

/** Files that differ between two trees (undefined: the empty tree), sorted; equal ids are never descended into. */
export function diffTrees(
  store: ObjectStore,
  from: Oid | undefined,
  to: Oid | undefined,
  path = '',
): ChangedPath[] {
  if (from === to) return [];
  const before = byName(store, from);
  const after = byName(store, to);
  const names = [...new Set([...before.keys(), ...after.keys()])].sort((a, b) => (a < b ? -1 : 1));
  return names.flatMap((name) =>
    diffEntries(store, before.get(name), after.get(name), path === '' ? name : `${path}/${name}`),
  );
}

function diffEntries(
  store: ObjectStore,
  before: TreeEntry | undefined,
  after: TreeEntry | undefined,
  path: string,
): ChangedPath[] {
  if (before?.oid === after?.oid && before?.mode === after?.mode) return [];
  const [folderBefore, folderAfter] = [before?.mode === FOLDER, after?.mode === FOLDER];
  const folders =
    folderBefore || folderAfter
      ? diffTrees(store, folderBefore ? before?.oid : undefined, folderAfter ? after?.oid : undefined, path)
      : [];
  const [fileBefore, fileAfter] = [before && !folderBefore, after && !folderAfter];
  if (fileBefore && fileAfter) return [{ path, change: 'modified' }];
  if (fileBefore) return [{ path, change: 'deleted' }, ...folders];
  if (fileAfter) return [{ path, change: 'added' }, ...folders];
  return folders;
}

function byName(store: ObjectStore, tree: Oid | undefined): ReadonlyMap<string, TreeEntry> {
  const entries = tree === undefined ? [] : parseTree(store.readAs(tree, 'tree'));
  return new Map(entries.map((entry) => [entry.name, entry]));
}
