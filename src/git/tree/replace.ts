import { ProblemError } from '../../base/errors.ts';
import { EXECUTABLE, FOLDER, parseTree, serializeTree } from '../objects/object.ts';
import type { ObjectStore } from '../store/object-store.ts';
import type { Oid } from '../types.ts';
import { normalise } from './tree.ts';

const FILE = '100644';

/**
 * Writes a tree in which files that are there have other contents; everything else, modes included, stays.
 * @throws ProblemError PathMissing where a path is no file
 */
export function replaceFiles(store: ObjectStore, tree: Oid, contents: ReadonlyMap<string, Buffer>): Oid {
  return [...contents].reduce(
    (root, [path, content]) => replaceFile(store, root, normalise(path).split('/'), content, path),
    tree,
  );
}

function replaceFile(
  store: ObjectStore,
  tree: Oid,
  [name = '', ...below]: readonly string[],
  content: Buffer,
  path: string,
): Oid {
  const entries = parseTree(store.readAs(tree, 'tree'));
  const entry = entries.find((one) => one.name === name);
  const isFile = entry?.mode === FILE || entry?.mode === EXECUTABLE;
  if (!entry || (below.length > 0 ? entry.mode !== FOLDER : !isFile)) throw notAFile(path);
  const oid =
    below.length > 0 ? replaceFile(store, entry.oid, below, content, path) : store.write('blob', content);
  return store.write('tree', serializeTree(entries.map((one) => (one === entry ? { ...one, oid } : one))));
}

const notAFile = (path: string): ProblemError =>
  new ProblemError({
    reason: 'PathMissing',
    message: `${path} is no file of the commit`,
    place: { file: path },
    remedy: 'Name a file that is committed; what a symbolic link leads to is changed under its own name.',
  });
