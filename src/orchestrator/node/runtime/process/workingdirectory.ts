import { join, normalize } from 'node:path';
import type { ContainerSpec } from '../spec.ts';

export interface Places {
  /** Where the container's volumes appear. */
  readonly root: string;
  /** Left out: the host's own programs. */
  readonly image?: string;
}

/**
 * Where a container begins. A path below a mount is in that volume, as it would be in a container; any other one begins at the image,
 * or at the host's root where the host's programs run.
 */
export function workingDirectory(
  { workingDir, mounts }: Pick<ContainerSpec, 'workingDir' | 'mounts'>,
  { root, image }: Places,
): string {
  if (workingDir === undefined) return image ?? root;
  const path = normalize(`/${workingDir}/`);
  const isMounted = mounts.some(({ target }) => path.startsWith(normalize(`/${target}/`)));
  if (isMounted) return join(root, workingDir);
  return image === undefined ? workingDir : join(image, workingDir);
}
