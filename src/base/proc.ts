import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { errnoOf } from './errors.ts';

/**
 * What Linux says of processes below /proc (proc(5)): the one place that knows its formats. Elsewhere, and of a process that has gone,
 * the answers are empty.
 */

export interface ProcessStat {
  /** `R`, `S`, `Z` … (field 3). */
  readonly state: string;
  readonly parent: number;
  readonly group: number;
  readonly session: number;
  /** Its own time and that of the children that it has waited for. */
  readonly cpuNanoseconds: number;
  /** Clock ticks since boot, as text: with the pid it names a process for as long as the machine runs. */
  readonly startTime: string;
  /** Resident. */
  readonly memoryBytes: number;
}

/** USER_HZ of Linux on every architecture that Node.js runs on. */
const NANOSECONDS_PER_TICK = 10_000_000;
const PAGE_BYTES = 4096;

/** `/proc/PID/stat`; undefined when there is no such process any more. */
export function statOf(pid: number): ProcessStat | undefined {
  const text = readProc(`${pid}/stat`);
  return text === '' ? undefined : parseStat(text);
}

function parseStat(text: string): ProcessStat {
  // From the third field on: the second, the command's name, may hold spaces and parentheses.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const field = (number: number): string => fields[number - 3] ?? '';
  const count = (number: number): number => Number(field(number));
  return {
    state: field(3),
    parent: count(4),
    group: count(5),
    session: count(6),
    cpuNanoseconds: (count(14) + count(15) + count(16) + count(17)) * NANOSECONDS_PER_TICK,
    startTime: field(22),
    memoryBytes: count(24) * PAGE_BYTES,
  };
}

/** The pseudo-terminal that a process is controlled by, as its path; tty_nr of `/proc/PID/stat` holds the parts of its device number. */
export function terminalOf(pid: number): string | undefined {
  const text = readProc(`${pid}/stat`);
  const device = Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[4] ?? 0);
  const major = (device >>> 8) & 0xff;
  const minor = (device & 0xff) | ((device >>> 12) & 0xfff00);
  // Documentation/admin-guide/devices.txt: majors 136 to 143 are the slaves, 256 each.
  return major >= 136 && major <= 143 ? `/dev/pts/${(major - 136) * 256 + minor}` : undefined;
}

export function allProcesses(): number[] {
  return listProc('.')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

/** Of all threads; none where the kernel does not list children. */
export function childrenOf(pid: number): number[] {
  return listProc(`${pid}/task`).flatMap((thread) =>
    readProc(`${pid}/task/${thread}/children`).split(' ').filter(Boolean).map(Number),
  );
}

/** A process and all that descend from it and still have their parents. */
export function descendants(pid: number): number[] {
  const found = [pid];
  for (let n = 0; n < found.length; n++) found.push(...childrenOf(found[n] ?? 0));
  return found;
}

/** `NAME=value` each, as the process was started with; empty for a zombie and for another user's process.  */
export const environmentOf = (pid: number): readonly string[] =>
  readProc(`${pid}/environ`).split('\0').filter(Boolean);

/** What `ps` calls the process. */
export const commandNameOf = (pid: number): string => readProc(`${pid}/comm`).trim();

/** An open file of a process. */
export interface Descriptor {
  readonly pid: number;
  readonly fd: string;
}

/** Sockets that a process has open, by inode; undefined where we may not look: another user's process, or one that is not dumpable. */
export function socketsOf(pid: number): ReadonlyMap<string, Descriptor> | undefined {
  let names: readonly string[];
  try {
    names = readdirSync(`/proc/${pid}/fd`);
  } catch (error) {
    return errnoOf(error) === 'ENOENT' ? new Map() : undefined;
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

/** Descriptors that this process has open. */
export const ownDescriptors = (): readonly number[] => listProc('self/fd').map(Number);

/** O_CLOEXEC, as every descriptor that Node opens has (proc_pid_fdinfo(5), octal). */
const CLOSED_BY_EXEC = 0o2000000;

/** Whether a child process would inherit a descriptor of this one. */
export function isInheritable(fd: number): boolean {
  const [, flags] = /^flags:\s*(\d+)$/m.exec(readProc(`self/fdinfo/${fd}`)) ?? [];
  return flags !== undefined && (Number.parseInt(flags, 8) & CLOSED_BY_EXEC) === 0;
}

/** How many files this process may have open (the soft limit); undefined where the system does not say. */
export function openFileLimit(): number | undefined {
  const soft = /^Max open files\s+(\d+)/m.exec(readProc('self/limits'))?.[1];
  return soft === undefined ? undefined : Number(soft);
}

/** The highest uid that has a meaning here: user namespaces map only some (user_namespaces(7)). */
export function highestUid(): number {
  const rows = readProc('self/uid_map').trim().split('\n').filter(Boolean);
  if (rows.length === 0) return 2 ** 32 - 2;
  const ends = rows
    .map((row) => row.trim().split(/\s+/).map(Number))
    .map(([inside = 0, , length = 0]) => inside + length - 1);
  return Math.max(...ends);
}

/** Differs from boot to boot (proc_sys_kernel(5)); empty where the system has none: a pid is then trusted across a restart of the machine. */
export const readBootId = (): string => readProc('sys/kernel/random/boot_id').trim();

/** Which machine this is, and which of its networks: processes that get the same answer share their loopback addresses (namespaces(7)). */
export function networkId(): string {
  try {
    return `${readBootId()}/${readlinkSync('/proc/self/ns/net')}`;
  } catch {
    return `${hostname()}/`;
  }
}

/** The text of a file below /proc; '' where it cannot be read. */
export function readProc(path: string): string {
  try {
    return readFileSync(`/proc/${path}`, 'utf8');
  } catch {
    return '';
  }
}

function listProc(path: string): readonly string[] {
  try {
    return readdirSync(`/proc/${path}`);
  } catch {
    return [];
  }
}

/** What a program needs that is not linked statically. */
export interface Libraries {
  /** Path of the program that loads them: `ld-linux-x86-64.so.2`. */
  readonly loader: string;
  readonly folders: readonly string[];
}

/** Of this process (`/proc/self/maps`); undefined: it needs none. */
export function loadedLibraries(maps: string = readProc('self/maps')): Libraries | undefined {
  const paths = maps.split('\n').flatMap((line) => /\s(\/\S*\.so(\.\S+)?)$/.exec(line)?.[1] ?? []);
  const folderOf = (path: string) => path.slice(0, path.lastIndexOf('/'));
  const loader = paths.find((path) => /\/ld-[^/]*$/.test(path));
  return loader === undefined ? undefined : { loader, folders: [...new Set(paths.map(folderOf))] };
}

/** The IPv4 ranges to which this machine has routes, but the default one (`/proc/net/route`): `10.88.0.0/16`. */
export function routedRanges(table: string = readProc('net/route')): readonly string[] {
  const rows = table
    .split('\n')
    .slice(1)
    .map((line) => line.split('\t'));
  return rows.flatMap(([, destination = '', , , , , , mask = '']) => {
    const bits = [...Number.parseInt(mask, 16).toString(2)].filter((bit) => bit === '1').length;
    const bytes = destination
      .match(/../g)
      ?.map((byte) => Number.parseInt(byte, 16))
      .reverse();
    return bytes?.length === 4 && bits > 0 ? [`${bytes.join('.')}/${bits}`] : [];
  });
}
