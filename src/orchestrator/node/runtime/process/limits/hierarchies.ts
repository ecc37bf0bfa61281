import { join } from 'node:path';

/** Where control groups are made: folders that exist wherever their controllers are mounted, but which may refuse to be written. */
export type Hierarchies =
  | { readonly version: 1; readonly cpu: string; readonly memory: string }
  | { readonly version: 2; readonly unified: string };

/**
 * What of them this machine has (cgroups(7)). `mounts`: /proc/self/mounts; `own`: /proc/self/cgroup. Where both versions are mounted, the
 * controllers decide: they are in one of them (the hybrid layout of systemd keeps them in v1).
 *
 * In v1 groups are made below that of the agent, whose limits then hold for pods too. In v2 only the root may have both processes and
 * groups with controllers, so they are made there, as container engines do.
 */
export function findHierarchies(mounts: string, own: string): Hierarchies | undefined {
  const lines = mounts.split('\n').map((line) => line.split(' '));
  const v1 = (controller: string) => {
    const line = lines.find(
      ([, , type, options = '']) => type === 'cgroup' && options.split(',').includes(controller),
    );
    return line?.[1] === undefined ? undefined : join(line[1], ownPath(own, controller));
  };
  const [cpu, memory] = [v1('cpu'), v1('memory')];
  if (cpu !== undefined && memory !== undefined) return { version: 1, cpu, memory };
  const unified = lines.find(([, , type]) => type === 'cgroup2')?.[1];
  return unified === undefined ? undefined : { version: 2, unified };
}

/** `4:memory:/jobs/1` → `/jobs/1`. */
function ownPath(own: string, controller: string): string {
  for (const line of own.split('\n')) {
    const [, controllers = '', ...path] = line.split(':');
    if (controllers.split(',').includes(controller)) return path.join(':');
  }
  return '/';
}
