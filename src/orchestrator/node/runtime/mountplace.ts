import { join, relative, sep } from 'node:path';
import { isWithin, realPath } from '../../../base/realpath.ts';
import type { Mount } from './spec.ts';

export interface VolumePlaces {
  /** Below it are the volumes of the pod, each under its name: directories, or links to paths of the node. */
  readonly volumesDir: string;
  /** The directory below which the node keeps volumes that outlive pods; absent: it keeps none. */
  readonly keptVolumes?: string | undefined;
}

/** Where a mount leads when links are followed. */
export interface MountPlace {
  /** What its volume is: a directory of the pod, one that the node keeps beyond it, or any other path of the node. */
  readonly of: 'pod' | 'kept' | 'node';
  /** The path of the volume; undefined: it is not there. */
  readonly volume: string | undefined;
  readonly shown:
    | { readonly ok: true; readonly source: string }
    | { readonly ok: false; readonly message: string };
}

/**
 * The agent's own links are followed (a hostPath, a claim, the files of a ConfigMap), and none that a program has laid into its volume to
 * get at something else (kubelet `pkg/volume/util/subpath`, CVE-2017-1002101).
 */
export function placeOf(mount: Mount, { volumesDir, keptVolumes }: VolumePlaces): MountPlace {
  const [name = '', ...below] = relative(volumesDir, mount.source).split(sep);
  const volume = realPath(join(volumesDir, name));
  const isBelow = (folder: string | undefined): boolean => {
    const real = folder && realPath(folder);
    return Boolean(real && volume?.startsWith(`${real}/`));
  };
  const of = mount.kept && isBelow(keptVolumes) ? 'kept' : isBelow(volumesDir) ? 'pod' : 'node';
  const refused = (message: string): MountPlace => ({ of, volume, shown: { ok: false, message } });
  const source = realPath(mount.source);
  if (volume === undefined || source === undefined)
    return refused(`what is mounted at ${mount.target} does not exist (${mount.source})`);
  if (!isWithin(source, volume))
    return refused(`subPath "${below.join('/')}" at ${mount.target} leads out of volume "${name}"`);
  return { of, volume, shown: { ok: true, source } };
}
