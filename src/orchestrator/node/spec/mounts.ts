import { lstatSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Container } from '../../../kube/kinds/objects.data.ts';
import type { Mount } from '../runtime/spec.ts';
import { escapes } from './paths.ts';

export type Mounts =
  | { readonly ok: true; readonly mounts: readonly Mount[] }
  | { readonly ok: false; readonly message: string };

/**
 * The volumes that a container mounts, by their directories below `volumesDir`. A subPath that does not exist becomes a directory (kubelet
 * `kubelet_pods.go` makeMounts).
 */
export function mountsOf({ volumeMounts = [] }: Container, volumesDir: string): Mounts {
  const mounts: Mount[] = [];
  for (const { name, mountPath, subPath, readOnly = false } of volumeMounts) {
    if (subPath !== undefined && escapes(subPath))
      return { ok: false, message: `subPath "${subPath}" leaves the volume` };
    const source = join(volumesDir, name, subPath ?? '');
    if (subPath !== undefined && !exists(source)) mkdirSync(source, { recursive: true });
    mounts.push({ source, target: mountPath, readOnly });
  }
  return { ok: true, mounts };
}

const exists = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false }) !== undefined;
