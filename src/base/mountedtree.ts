import type { FileTree } from './filetree.ts';

/** A tree with others in folders of it that it does not have itself. */
export function withMounts(tree: FileTree, mounts: ReadonlyMap<string, FileTree>): FileTree {
  if (mounts.size === 0) return tree;
  const paths = [
    ...tree.paths,
    ...[...mounts].flatMap(([folder, mounted]) => mounted.paths.map((path) => `${folder}/${path}`)),
  ];
  // By code unit, as every tree is sorted.
  paths.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  const within = (path: string): readonly [FileTree, string] => {
    for (const [folder, mounted] of mounts)
      if (path === folder || path.startsWith(`${folder}/`)) return [mounted, path.slice(folder.length + 1)];
    return [tree, path];
  };
  return {
    paths,
    read(path) {
      const [found, inside] = within(path);
      return found.read(inside);
    },
    digest(path) {
      const [found, inside] = within(path);
      return found.digest(inside);
    },
  };
}
