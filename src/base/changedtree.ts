import { createHash } from 'node:crypto';
import type { FileTree } from './filetree.ts';

/** A tree in which files that are there have other contents. What none of them is in keeps its digest. */
export function changedTree(tree: FileTree, contents: ReadonlyMap<string, Uint8Array>): FileTree {
  const changed = [...contents.keys()].sort();
  return {
    paths: tree.paths,
    read: (path) => contents.get(path) ?? tree.read(path),
    digest(path) {
      const before = tree.digest(path);
      const within = changed.filter((one) => path === '' || one === path || one.startsWith(`${path}/`));
      if (before === undefined || within.length === 0) return before;
      const hash = createHash('sha1').update(before);
      for (const one of within) hash.update(`\0${one}\0`).update(contents.get(one) ?? '');
      return hash.digest('hex');
    },
  };
}
