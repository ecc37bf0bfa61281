import { isWithin } from '../../../../base/realpath.ts';
import { placeOf, type VolumePlaces } from '../mountplace.ts';
import type { Mount } from '../spec.ts';

export interface MountRules extends VolumePlaces {
  /** Paths of the node that no container may get at: programs in containers are mostly root. */
  readonly hidden: readonly string[];
}

export type RealMounts =
  | { readonly ok: true; readonly mounts: readonly Mount[] }
  | { readonly ok: false; readonly message: string };

/** Mounts with their links followed, as an engine is to have them. */
export function realMounts(mounts: readonly Mount[], { hidden, ...places }: MountRules): RealMounts {
  const real: Mount[] = [];
  for (const mount of mounts) {
    const { of, volume, shown } = placeOf(mount, places);
    if (!shown.ok) return shown;
    const { source } = shown;
    const bared = of === 'node' ? hidden.find(shows(source)) : undefined;
    if (bared !== undefined)
      return {
        ok: false,
        message: `hostPath ${volume} at ${mount.target} shows ${bared}, which no container may get at`,
      };
    real.push({ ...mount, source });
  }
  return { ok: true, mounts: real };
}

/** One is the other, or lies in it. */
const shows = (source: string) => (path: string) => isWithin(source, path) || isWithin(path, source);
