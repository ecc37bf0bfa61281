import { realpathSync } from 'node:fs';
import { relative, sep } from 'node:path';
import { errnoOf } from '../../../../base/errors.ts';
import type { Mount } from '../spec.ts';

export interface MountRules {
  /** Below it are the volumes of the pod, each under its name: directories, or links to paths of the node. */
  readonly volumesDir: string;
  /** Paths of the node that no container may get at: programs in containers are mostly root. */
  readonly hidden: readonly string[];
}

export type RealMounts =
  | { readonly ok: true; readonly mounts: readonly Mount[] }
  | { readonly ok: false; readonly message: string };

/**
 * Mounts with their links followed: the agent's own (a hostPath, the files of a ConfigMap), and none that a program has laid into its volume
 * to get at something else (kubelet `pkg/volume/util/subpath`, CVE-2017-1002101).
 */
export function realMounts(mounts: readonly Mount[], { volumesDir, hidden }: MountRules): RealMounts {
  const real: Mount[] = [];
  for (const mount of mounts) {
    const [volume = '', ...below] = relative(volumesDir, mount.source).split(sep);
    const base = follow(`${volumesDir}/${volume}`);
    const source = follow(mount.source);
    if (base === undefined || source === undefined)
      return { ok: false, message: `what is mounted at ${mount.target} does not exist (${mount.source})` };
    if (!isWithin(source, base))
      return {
        ok: false,
        message: `subPath "${below.join('/')}" at ${mount.target} leads out of volume "${volume}"`,
      };
    const shown = base.startsWith(`${follow(volumesDir)}/`) ? undefined : hidden.find(shows(source));
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
const isWithin = (path: string, folder: string): boolean =>
  folder === '/' || path === folder || path.startsWith(`${folder}/`);

function follow(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ELOOP' || errnoOf(error) === 'ENOTDIR')
      return undefined;
    throw error;
  }
}
