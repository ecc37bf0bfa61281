import { relative, sep } from 'node:path';
import { isWithin, realPath } from '../../../../base/realpath.ts';
import type { Mount } from '../spec.ts';

export interface MountRules {
  /** Below it are the volumes of the pod, each under its name: directories, or links to paths of the node. */
  readonly volumesDir: string;
  /** Paths of the node that no container may get at: programs in containers are mostly root. */
  readonly hidden: readonly string[];
  /** The directory in there below which the node keeps volumes that outlive pods; absent: it keeps none. */
  readonly keptVolumes?: string | undefined;
}

export type RealMounts =
  | { readonly ok: true; readonly mounts: readonly Mount[] }
  | { readonly ok: false; readonly message: string };

/**
 * Mounts with their links followed: the agent's own (a hostPath, the files of a ConfigMap), and none that a program has laid into its volume
 * to get at something else (kubelet `pkg/volume/util/subpath`, CVE-2017-1002101).
 */
export function realMounts(
  mounts: readonly Mount[],
  { volumesDir, hidden, keptVolumes }: MountRules,
): RealMounts {
  const real: Mount[] = [];
  const kept = keptVolumes === undefined ? undefined : realPath(keptVolumes);
  for (const mount of mounts) {
    const [volume = '', ...below] = relative(volumesDir, mount.source).split(sep);
    const base = realPath(`${volumesDir}/${volume}`);
    const source = realPath(mount.source);
    if (base === undefined || source === undefined)
      return { ok: false, message: `what is mounted at ${mount.target} does not exist (${mount.source})` };
    if (!isWithin(source, base))
      return {
        ok: false,
        message: `subPath "${below.join('/')}" at ${mount.target} leads out of volume "${volume}"`,
      };
    const isKept = mount.kept === true && kept !== undefined && base.startsWith(`${kept}/`);
    const isOwn = isKept || base.startsWith(`${realPath(volumesDir)}/`);
    const shown = isOwn ? undefined : hidden.find(shows(source));
    if (shown !== undefined)
      return {
        ok: false,
        message: `hostPath ${base} at ${mount.target} shows ${shown}, which no container may get at`,
      };
    real.push({ ...mount, source });
  }
  return { ok: true, mounts: real };
}

/** One is the other, or lies in it. */
const shows = (source: string) => (path: string) => isWithin(source, path) || isWithin(path, source);
