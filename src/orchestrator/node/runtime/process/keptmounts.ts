import { relative, sep } from 'node:path';
import { isWithin, realPath } from '../../../../base/realpath.ts';
import type { Mount } from '../spec.ts';

export type KeptMounts =
  | { readonly ok: true; readonly readOnly: readonly string[]; readonly writable: readonly string[] }
  | { readonly ok: false; readonly message: string };

/**
 * What of volumes that outlive their pods a container mounts, by absolute paths without links: a confined program sees of the data directory
 * only what it is shown. A subPath that a program has made a link out of its volume is refused (kubelet `pkg/volume/util/subpath`,
 * CVE-2017-1002101). `kept`: the directory below which the node keeps such volumes; absent: it keeps none.
 */
export function keptMounts(
  mounts: readonly Mount[],
  volumesDir: string,
  kept: string | undefined,
): KeptMounts {
  const found: { readonly path: string; readonly readOnly: boolean }[] = [];
  const home = kept === undefined ? undefined : realPath(kept);
  if (home === undefined) return { ok: true, readOnly: [], writable: [] };
  for (const { source, target, readOnly, kept: isKept } of mounts) {
    const [volume = '', ...below] = relative(volumesDir, source).split(sep);
    const base = realPath(`${volumesDir}/${volume}`);
    if (!isKept || base === undefined || !base.startsWith(`${home}/`)) continue;
    const path = realPath(source);
    if (path === undefined || !isWithin(path, base))
      return {
        ok: false,
        message: `subPath "${below.join('/')}" at ${target} leads out of volume "${volume}"`,
      };
    found.push({ path, readOnly });
  }
  const paths = (readOnly: boolean) =>
    found.filter((one) => one.readOnly === readOnly).map(({ path }) => path);
  return { ok: true, readOnly: paths(true), writable: paths(false) };
}
