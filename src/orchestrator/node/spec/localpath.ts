import { chmodSync, lstatSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { removeTree } from '../../../base/removetree.ts';

/** The directories of a node below which each of its volumes has one (`kube/kinds/volumes/localpath.ts`). */

/** Names of volumes are DNS subdomains: none leads out of the root. */
export const volumePath = (root: string, name: string): string => join(root, name);

/** As a pod of any user finds an empty volume. */
const FOR_ALL = 0o777;
/** Others may pass to what they know the name of, and see no names. */
const PASSAGE = 0o711;

/** Makes the directory of a volume when it is mounted first. Returns what is wrong with what is there. */
export function makeVolume(root: string, path: string): string | undefined {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found) return found.isDirectory() ? undefined : `${path} is not a directory`;
  mkdirSync(root, { recursive: true });
  chmodSync(root, PASSAGE);
  mkdirSync(path);
  chmodSync(path, FOR_ALL);
  return undefined;
}

/** Removes the directory of a volume with all that is in it; links in it, and one in its place, are removed and never followed. */
export const removeVolume = (root: string, name: string): Promise<void> => removeTree(volumePath(root, name));
