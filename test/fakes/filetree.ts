import { createHash } from 'node:crypto';
import type { FileTree } from '../../src/base/filetree.ts';

/** A FileTree of texts: path → content. */
export function filesOf(files: Readonly<Record<string, string>>): FileTree {
  const paths = Object.keys(files).sort();
  const below = (path: string) => paths.filter((p) => path === '' || p === path || p.startsWith(`${path}/`));
  return {
    paths,
    read: (path) => (files[path] === undefined ? undefined : Buffer.from(files[path])),
    digest(path) {
      const members = below(path);
      if (members.length === 0) return undefined;
      return createHash('sha1')
        .update(JSON.stringify(members.map((p) => [p, files[p]])))
        .digest('hex');
    },
  };
}
