import { closeSync, fstatSync, openSync, readdirSync, readFileSync } from 'node:fs';

/**
 * Closes the files that a process was born with, its standard streams apart: LevelDB opens its own without FD_CLOEXEC, so every child of
 * the daemon would hold the store's log open for writing. For the first lines of a process, before it opens any itself. Linux only;
 * elsewhere nothing says which are open.
 */
export function closeInheritedFiles(): void {
  for (const fd of openDescriptors()) if (fd > 2 && isFile(fd)) closeSync(fd);
}

/**
 * What follows the standard streams in the `stdio` of a child that is not ours to begin: /dev/null in the place of each file that it would
 * be born with. Node can neither set FD_CLOEXEC nor tell spawn to close a descriptor.
 */
export function nothingInherited(): readonly ('ignore' | number)[] {
  const passedOn = openDescriptors().filter((fd) => fd > 2 && isPassedOn(fd));
  const places: ('ignore' | number)[] = Array(Math.max(0, ...passedOn.map((fd) => fd - 2))).fill('ignore');
  for (const fd of passedOn) places[fd - 3] = devNull();
  return places;
}

function openDescriptors(): readonly number[] {
  try {
    return readdirSync('/proc/self/fd').map(Number);
  } catch {
    return [];
  }
}

function isFile(fd: number): boolean {
  try {
    return fstatSync(fd).isFile();
  } catch {
    return false;
  }
}

/** O_CLOEXEC, as every descriptor that Node opens has (proc_pid_fdinfo(5), octal). */
const CLOSED_BY_EXEC = 0o2000000;

function isPassedOn(fd: number): boolean {
  try {
    const [, flags] = /^flags:\s*(\d+)$/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8')) ?? [];
    return flags !== undefined && (Number.parseInt(flags, 8) & CLOSED_BY_EXEC) === 0;
  } catch {
    return false;
  }
}

let opened: number | undefined;
function devNull(): number {
  opened ??= openSync('/dev/null', 'r+');
  return opened;
}
