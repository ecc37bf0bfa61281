import { placeOf, type VolumePlaces } from '../mountplace.ts';
import type { Mount } from '../spec.ts';

export type KeptMounts =
  | { readonly ok: true; readonly readOnly: readonly string[]; readonly writable: readonly string[] }
  | { readonly ok: false; readonly message: string };

/**
 * What of volumes that outlive their pods a container mounts, by absolute paths without links: a confined program sees of the data directory
 * only what it is shown.
 */
export function keptMounts(mounts: readonly Mount[], places: VolumePlaces): KeptMounts {
  const readOnly: string[] = [];
  const writable: string[] = [];
  for (const mount of mounts.filter(({ kept }) => kept)) {
    const { of, shown } = placeOf(mount, places);
    if (of !== 'kept') continue;
    if (!shown.ok) return shown;
    (mount.readOnly ? readOnly : writable).push(shown.source);
  }
  return { ok: true, readOnly, writable };
}
