import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import type { ContainerKey } from '../sockets.ts';

/** Where a process of the machine has a file open. */
export interface Descriptor {
  readonly pid: number;
  readonly fd: string;
}

/** Deeper than any tree of processes is; a circle cannot be, but a pid may be used again while we look. */
const MAX_ANCESTORS = 64;

/** Sockets that a process has open; undefined where we may not look: another user's, or one that has set itself undumpable. */
export function socketsOf(pid: number): ReadonlyMap<string, Descriptor> | undefined {
  let names: readonly string[];
  try {
    names = readdirSync(`/proc/${pid}/fd`);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? new Map() : undefined;
  }
  const found = new Map<string, Descriptor>();
  for (const fd of names) {
    const inode = socketAt({ pid, fd });
    if (inode !== undefined) found.set(inode, { pid, fd });
  }
  return found;
}

/** The inode of the socket behind a descriptor; undefined when there is none any more. */
export function socketAt({ pid, fd }: Descriptor): string | undefined {
  try {
    return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1];
  } catch {
    return undefined;
  }
}

export function allProcesses(): number[] {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number);
  } catch {
    return [];
  }
}

/** A process and all that descend from it and still have their parents; only itself where the kernel does not list children. */
export function descendants(pid: number): number[] {
  const found = [pid];
  for (let n = 0; n < found.length; n++) found.push(...childrenOf(found[n] ?? 0));
  return found;
}

function childrenOf(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
      read(`/proc/${pid}/task/${thread}/children`).split(' ').filter(Boolean).map(Number),
    );
  } catch {
    return [];
  }
}

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
  const named = read(`/proc/${pid}/environ`)
    .split('\0')
    .find((entry) => entry.startsWith(`PILOTAGE_ROOT=${podsDir}/`));
  const [pod, , container] = named?.slice(`PILOTAGE_ROOT=${podsDir}/`.length).split('/') ?? [];
  return [...leaders.values()].find((one) => one.pod === pod && one.container === container);
}

export interface ProcessStat {
  readonly parent: number;
  readonly group: number;
  readonly session: number;
  /** Its own time and that of the children that it has waited for. */
  readonly cpuNanoseconds: number;
  /** Resident. */
  readonly memoryBytes: number;
}

/** USER_HZ of Linux on every architecture that Node.js runs on. */
const NANOSECONDS_PER_TICK = 10_000_000;
const PAGE_BYTES = 4096;

/** `/proc/PID/stat` (proc(5)); undefined when there is no such process any more. */
export function statOf(pid: number): ProcessStat | undefined {
  const stat = read(`/proc/${pid}/stat`);
  if (stat === '') return undefined;
  // From the third field on: the second, the command's name, may hold anything.
  const fields = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  const field = (number: number): number => fields[number - 3] ?? 0;
  return {
    parent: field(4),
    group: field(5),
    session: field(6),
    cpuNanoseconds: (field(14) + field(15) + field(16) + field(17)) * NANOSECONDS_PER_TICK,
    memoryBytes: field(24) * PAGE_BYTES,
  };
}

/** What `ps` calls it. */
export const commandOf = (pid: number): string => read(`/proc/${pid}/comm`).trim();

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
