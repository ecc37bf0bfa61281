import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** Where a process of the machine has a file open. */
export interface Descriptor {
  readonly pid: number;
  readonly fd: string;
}

/** A container by the process that leads its group. */
export interface Root {
  readonly pod: string;
  readonly container: string;
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
  roots: ReadonlyMap<number, Root>,
  podsDir: string,
): Root | undefined {
  let ancestor = pid;
  for (let n = 0; n < MAX_ANCESTORS && ancestor > 1; n++) {
    const stat = read(`/proc/${ancestor}/stat`);
    // Fields after the command's name, which may hold anything: state, parent, group, session (proc(5)).
    const [, parent, group, session] = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const root = roots.get(ancestor) ?? roots.get(group ?? 0) ?? roots.get(session ?? 0);
    if (root) return root;
    ancestor = parent ?? 0;
  }
  const named = read(`/proc/${pid}/environ`)
    .split('\0')
    .find((entry) => entry.startsWith(`PILOTAGE_ROOT=${podsDir}/`));
  const [pod, , container] = named?.slice(`PILOTAGE_ROOT=${podsDir}/`.length).split('/') ?? [];
  return [...roots.values()].find((one) => one.pod === pod && one.container === container);
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
