import { errnoOf } from '../../../../base/errors.ts';
import { allProcesses, environmentOf } from '../../../../base/proc.ts';
import type { ContainerRef } from '../spec.ts';
import { rootDir } from './poddirs.ts';

/** A process may fork during the search; one that forks faster than it is killed is not a daemon. */
const ROUNDS = 5;

/**
 * Kills processes that have left the group of their container (a daemon: two forks and setsid), where it has ended: they keep the
 * environment that they were started with, which names its root. `ref` absent: those of all pods below `root`.
 */
export function killLeftovers(root: string, ref?: Omit<ContainerRef, 'attempt'>): void {
  const isMarked = ref
    ? (entry: string) => entry === `PILOTAGE_ROOT=${rootDir(root, ref.pod, ref.container)}`
    : (entry: string) => entry.startsWith(`PILOTAGE_ROOT=${root}/`);
  for (let round = 0; round < ROUNDS; round++) {
    const found = allProcesses().filter((pid) => pid !== process.pid && environmentOf(pid).some(isMarked));
    if (found.length === 0) return;
    for (const pid of found) kill(pid);
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (errnoOf(error) !== 'ESRCH' && errnoOf(error) !== 'EPERM') throw error;
  }
}
