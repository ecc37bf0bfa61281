import { chmodSync, constants, fstatSync, lstatSync, mkdirSync, realpathSync } from 'node:fs';
import { join, normalize } from 'node:path';
import { O_PATH, pathOf, placeOfOpen, withOpen } from '../../../base/descriptors.ts';
import { isWithin } from '../../../base/realpath.ts';
import type { Container, Pod } from '../../../kube/kinds/objects.data.ts';
import { claimName } from '../../../kube/kinds/volumes/claimnames.ts';
import type { Mount } from '../runtime/spec.ts';
import { escapes } from './paths.ts';
import { isPayload } from './payload.ts';

export type Mounts =
  | { readonly ok: true; readonly mounts: readonly Mount[] }
  | { readonly ok: false; readonly message: string };

/**
 * The volumes that a container mounts, by their directories below `volumesDir`. A subPath that does not exist becomes a directory (kubelet
 * `kubelet_pods.go` makeMounts). `traitsOf`: what the pod says of a volume.
 */
export function mountsOf(
  { volumeMounts = [] }: Container,
  volumesDir: string,
  traitsOf: (volume: string) => Partial<Pick<Mount, 'readOnly' | 'kept'>> = () => ({}),
): Mounts {
  const mounts: Mount[] = [];
  for (const { name, mountPath, subPath, readOnly, mountPropagation } of volumeMounts) {
    const traits = traitsOf(name);
    if (subPath !== undefined && (escapes(subPath) || !makeSubPath(join(volumesDir, name), subPath)))
      return { ok: false, message: `subPath "${subPath}" leaves the volume` };
    const source = join(volumesDir, name, subPath ?? '');
    mounts.push({
      source,
      target: mountPath,
      ...traits,
      readOnly: readOnly || traits.readOnly === true,
      ...propagationOf(mountPropagation),
    });
  }
  return { ok: true, mounts };
}

/** What a pod says of one of its volumes. */
export function traitsOf({ metadata, spec }: Pod, name: string): Partial<Pick<Mount, 'readOnly' | 'kept'>> {
  const volume = spec.volumes?.find((one) => one.name === name);
  // The agent writes these again, and must not find what programs have laid in its way (Kubernetes `pkg/volume`, Attributes.ReadOnly).
  if (volume && isPayload(volume)) return { readOnly: true };
  if (!volume || claimName(volume, metadata.name ?? '') === undefined) return {};
  return { kept: true, readOnly: volume.persistentVolumeClaim?.readOnly === true };
}

function propagationOf(mode: string | undefined): Pick<Mount, 'propagation'> {
  if (mode === 'Bidirectional') return { propagation: 'both ways' };
  return mode === 'HostToContainer' ? { propagation: 'from node' } : {};
}

/**
 * With the mode of the volume, so that whoever may write to that may write here. False where a link that a program has laid into its volume leads
 * out of it: nothing is made there. Programs may change the volume meanwhile, so each folder is held by a descriptor before anything is made in
 * it (kubelet `pkg/volume/util/subpath`, SafeMakeDir).
 */
function makeSubPath(volume: string, subPath: string): boolean {
  if (exists(join(volume, subPath))) return true;
  const root = realpathSync(volume);
  const parts = normalize(subPath).split('/').filter(isPart);
  return withOpen(root, FOLDER, (folder) => makeBelow(folder, parts, root, fstatSync(folder).mode & 0o7777));
}

const FOLDER = O_PATH | constants.O_DIRECTORY;

function makeBelow(folder: number, [part, ...rest]: readonly string[], root: string, mode: number): boolean {
  if (part === undefined) return true;
  const path = join(pathOf(folder), part);
  const isMade = !exists(path);
  if (isMade) mkdirSync(path);
  // A link that was there is followed, one that has taken the place of a folder made here is not.
  return withOpen(path, isMade ? FOLDER | constants.O_NOFOLLOW : FOLDER, (next) => {
    if (!isWithin(placeOfOpen(next), root)) return false;
    if (isMade) chmodSync(pathOf(next), mode);
    return makeBelow(next, rest, root, mode);
  });
}

const isPart = (part: string): boolean => part !== '' && part !== '.';

const exists = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false }) !== undefined;
