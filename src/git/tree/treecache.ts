import type { Cache } from '../../base/bytecache.ts';
import type { FileTree } from '../../base/filetree.ts';
import type { Oid } from '../types.ts';

/** What of a tree is loaded. */
export interface Part {
  readonly path?: string;
  readonly exclude?: readonly string[];
}

/** Loads a part of a tree once for all who ask for it: a tree never changes. A load that fails is not remembered. */
export function createTreeLoader(
  cache: Cache<string, FileTree>,
  load: (tree: Oid, part: Part) => Promise<FileTree>,
): (tree: Oid, part?: Part) => Promise<FileTree> {
  const underWay = new Map<string, Promise<FileTree>>();
  return (tree, part = {}) => {
    const key = JSON.stringify([tree, part.path ?? '', part.exclude ?? []]);
    const known = cache.get(key);
    if (known) return Promise.resolve(known);
    const loading =
      underWay.get(key) ??
      load(tree, part)
        .then((loaded) => {
          cache.set(key, loaded, sizeOf(loaded));
          return loaded;
        })
        .finally(() => underWay.delete(key));
    underWay.set(key, loading);
    return loading;
  };
}

/** Roughly what it holds in memory. */
const sizeOf = (tree: FileTree): number =>
  tree.paths.reduce((sum, path) => sum + path.length + 100 + (tree.read(path)?.length ?? 0), 0);
