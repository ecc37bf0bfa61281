import type { Clock } from '../../../../base/clock.ts';
import { allProcesses, type ProcessStat, statOf } from '../../../../base/proc.ts';
import type { ContainerStats } from '../runtime.ts';
import type { RunningAttempt } from './attempts.ts';

/**
 * Processor time and memory of the processes of each container, by one pass over `/proc`. Time of a process that has ended counts once its
 * parent has waited for it; that of one that was orphaned first is lost.
 */
export function statsOf(
  running: readonly RunningAttempt[],
  processes: ReadonlyMap<number, ProcessStat>,
): readonly ContainerStats[] {
  return running.map(({ ref, pid }) => {
    const own = [...processes].flatMap(([id, stat]) => (belongsTo(id, pid, processes) ? [stat] : []));
    return {
      container: ref.container,
      cpuNanoseconds: sum(own.map(({ cpuNanoseconds }) => cpuNanoseconds)),
      memoryBytes: sum(own.map(({ memoryBytes }) => memoryBytes)),
      processes: own.length,
    };
  });
}

/** How long a pass over `/proc` answers further questions: metrics of all pods are asked for at once. */
const FRESH_MS = 200;

export interface ProcessTable {
  /** `at`: when it was read, in milliseconds since the epoch. */
  now(): { readonly at: number; readonly processes: ReadonlyMap<number, ProcessStat> };
}

export function processTable(clock: Clock): ProcessTable {
  let latest: ReturnType<ProcessTable['now']> | undefined;
  let readAt = Number.NEGATIVE_INFINITY;
  return {
    now() {
      if (latest && clock.monotonic() - readAt < FRESH_MS) return latest;
      readAt = clock.monotonic();
      latest = { at: clock.now(), processes: readProcesses() };
      return latest;
    },
  };
}

function readProcesses(): ReadonlyMap<number, ProcessStat> {
  return new Map(
    allProcesses().flatMap((pid) => {
      const stat = statOf(pid);
      return stat ? [[pid, stat] as const] : [];
    }),
  );
}

/** A pid may be used again during the pass, which could make a circle. */
const MAX_ANCESTORS = 64;

/** By its group, its session or its ancestors. */
function belongsTo(pid: number, leader: number, processes: ReadonlyMap<number, ProcessStat>): boolean {
  let at = pid;
  for (let depth = 0; depth < MAX_ANCESTORS; depth++) {
    const stat = processes.get(at);
    if (!stat) return false;
    if (at === leader || stat.group === leader || stat.session === leader) return true;
    at = stat.parent;
  }
  return false;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);
