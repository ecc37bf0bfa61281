import { join } from 'node:path';

/**
 * Where things of a pod lie below the directory of all pods. The runtime's are `<uid>/<container>/<attempt>/` (`attemptrecord.ts`) and
 * `<uid>/.roots/`; other names with a leading dot are the agent's. No container can have such a name.
 */
export const podDir = (root: string, pod: string): string => join(root, pod);

/** The directory in which a container finds its mounts, as there is no file system of its own. */
export const rootDir = (root: string, pod: string, container: string): string =>
  join(root, pod, ROOTS, container);

export const ROOTS = '.roots';
