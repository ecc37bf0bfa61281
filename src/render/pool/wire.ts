import { createHash } from 'node:crypto';
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
