import { createHash } from 'node:crypto';
import { FOLDER, parseTree } from '../objects/object.ts';
import type { ObjectStore } from '../store/object-store.ts';
import type { Oid } from '../types.ts';

/** Paths of the repository that are excluded from a folder, with everything below them. */
export type LeftOut = ReadonlySet<string>;

/**
 * Identifies the content of a folder without some paths: its own id if it contains none of them, otherwise a digest of what remains.
 * Only folders on the way to such a path are read. `path` is the place of the folder in the repository.
 */
export function idWithout(store: ObjectStore, folder: Oid, path: string, leftOut: LeftOut): Oid {
  if (![...leftOut].some((one) => path === '' || one.startsWith(`${path}/`))) return folder;
  const entries = parseTree(store.readAs(folder, 'tree'));
  const kept = entries.flatMap(({ mode, name, oid }) => {
    const child = path === '' ? name : `${path}/${name}`;
    if (leftOut.has(child)) return [];
    return [{ mode, name, oid: mode === FOLDER ? idWithout(store, oid, child, leftOut) : oid }];
  });
  const whole = kept.length === entries.length && kept.every(({ oid }, i) => oid === entries[i]?.oid);
  if (whole) return folder;
  return createHash('sha1')
    .update(JSON.stringify(kept.map(({ mode, name, oid }) => [mode, name, oid])))
    .digest('hex');
}
