import { environmentOf, statOf } from '../../../../base/proc.ts';
import type { ContainerKey } from '../sockets.ts';

/** Deeper than any tree of processes is; there is no circle, but a pid may be used again while we look. */
const MAX_ANCESTORS = 64;

/**
 * The container that a process belongs to: by its group, session or ancestors. One that has left all of them (a daemon) keeps
 * the environment that it was started with, which names the root of its volumes below `podsDir`.
 */
export function containerOf(
  pid: number,
  leaders: ReadonlyMap<number, ContainerKey>,
  podsDir: string,
): ContainerKey | undefined {
  let ancestor = pid;
  for (let n = 0; n < MAX_ANCESTORS && ancestor > 1; n++) {
    const { parent = 0, group = 0, session = 0 } = statOf(ancestor) ?? {};
    const found = leaders.get(ancestor) ?? leaders.get(group) ?? leaders.get(session);
    if (found) return found;
    ancestor = parent;
  }
  const named = environmentOf(pid).find((entry) => entry.startsWith(`PILOTAGE_ROOT=${podsDir}/`));
  const [pod, , container] = named?.slice(`PILOTAGE_ROOT=${podsDir}/`.length).split('/') ?? [];
  return [...leaders.values()].find((one) => one.pod === pod && one.container === container);
}
