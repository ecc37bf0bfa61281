import { createHash } from 'node:crypto';
import { ByteCache } from '../../base/bytecache.ts';
import type { FileTree } from '../../base/filetree.ts';
import { patchFiles } from '../../model/apps.ts';
import { filesRead } from '../reach.ts';
import type { RenderRequest } from '../types.ts';

/** A request as it travels to a worker: only the files that the render may read, by path. */
export interface WireRequest {
  readonly request: Omit<RenderRequest, 'tree'>;
  readonly files: readonly (readonly [path: string, bytes: Uint8Array])[];
}

/** The first message of a worker: it has loaded, and what it is sent from now on takes no longer than it takes. */
export const READY = 'ready';

/** Reads the part of the tree that matters. */
export function toWire({ tree, ...request }: RenderRequest): WireRequest {
  const paths = new Set([...filesRead(tree, request.path), ...request.valuesFiles, ...patchFiles(request)]);
  const files = [...paths].flatMap((path) => {
    const bytes = tree.read(path);
    return bytes === undefined ? [] : [[path, bytes] as const];
  });
  return { request, files };
}

export function fromWire({ request, files }: WireRequest): RenderRequest {
  return { ...request, tree: treeOf(new Map(files)) };
}

/** Bytes of files that a worker keeps: with a tree goes what was read of it (`base/weakmemo.ts`), a chart parsed some times as large. */
const KEPT_TREES = 4 * 2 ** 20;

/** As fromWire, but the same files are the same tree again: the next release of a chart finds it read. */
export function keepingTrees(limit = KEPT_TREES): (wire: WireRequest) => RenderRequest {
  const trees = new ByteCache<string, FileTree>(limit);
  return ({ request, files }) => {
    const hash = createHash('sha256');
    let bytes = 0;
    for (const [path, content] of files) {
      hash.update(`${path.length} ${content.length} ${path}`).update(content);
      bytes += path.length + content.length;
    }
    const key = hash.digest('base64');
    const tree = trees.get(key) ?? treeOf(new Map(files));
    trees.set(key, tree, bytes);
    return { ...request, tree };
  };
}

/** A FileTree over bytes in memory; its digests are sha256, so they compare only with one another. */
export function treeOf(files: ReadonlyMap<string, Uint8Array>): FileTree {
  const paths = [...files.keys()].sort();
  return {
    paths,
    read: (path) => files.get(path),
    digest(path) {
      const inside = paths.filter((p) => p === path || path === '' || p.startsWith(`${path}/`));
      if (inside.length === 0) return undefined;
      const hash = createHash('sha256');
      for (const name of inside) {
        const bytes = files.get(name) ?? new Uint8Array();
        hash.update(`${name.slice(path.length)}\0${bytes.length}\0`).update(bytes);
      }
      return hash.digest('hex');
    },
  };
}
