import { lstatSync, mkdirSync, readlinkSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Mount } from '../spec.ts';

/**
 * Shows mounts below the container's root: a link per mount. It leads to the volume itself, so new content of a ConfigMap is seen
 * through it. Returns what cannot be shown.
 */
export function showMounts(root: string, mounts: readonly Mount[]): string | undefined {
  mkdirSync(root, { recursive: true });
  // Outer mounts first; a mount below another one's path would write into that volume, so it is refused.
  const sorted = [...mounts].sort((a, b) => a.target.length - b.target.length);
  const done: string[] = [];
  for (const { source, target } of sorted) {
    // `..` ends at the root, and a slash at the end names the same place.
    const place = join(root, resolve('/', target));
    const outer = done.find((path) => place === path || place.startsWith(`${path}/`));
    if (outer) return `mountPath ${target} lies inside another mount, which the process runtime cannot show`;
    if (resolve(place) === resolve(root)) return 'mountPath / cannot be shown by the process runtime';
    link(source, place);
    done.push(place);
  }
  return undefined;
}

/** Leaves a link that is right alone: a running container may be reading through it. */
function link(target: string, place: string): void {
  const found = lstatSync(place, { throwIfNoEntry: false });
  if (found?.isSymbolicLink() && readlinkSync(place) === target) return;
  if (found) rmSync(place, { recursive: true, force: true });
  mkdirSync(dirname(place), { recursive: true });
  symlinkSync(target, place);
}
