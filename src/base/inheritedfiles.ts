import { closeSync, fstatSync, openSync } from 'node:fs';
import { isInheritable, ownDescriptors } from './proc.ts';

/**
 * Closes the files that a process was born with, its standard streams apart: LevelDB opens its own without FD_CLOEXEC, so every child of
 * the daemon would hold the store's log open for writing. For the first lines of a process, before it opens any itself. Linux only;
 * elsewhere nothing says which are open.
 */
export function closeInheritedFiles(): void {
  for (const fd of ownDescriptors()) if (fd > 2 && isFile(fd)) closeSync(fd);
}

/**
 * What follows the standard streams in the `stdio` of a child that is not ours to begin: /dev/null in the place of each file that it would
 * be born with. Node can neither set FD_CLOEXEC nor tell spawn to close a descriptor.
 */
export function nothingInherited(): readonly ('ignore' | number)[] {
  const inheritable = ownDescriptors().filter((fd) => fd > 2 && isInheritable(fd));
  const places: ('ignore' | number)[] = Array(Math.max(0, ...inheritable.map((fd) => fd - 2))).fill('ignore');
  for (const fd of inheritable) places[fd - 3] = devNull();
  return places;
}

function isFile(fd: number): boolean {
  try {
    return fstatSync(fd).isFile();
  } catch {
    return false;
  }
}

let opened: number | undefined;
function devNull(): number {
  opened ??= openSync('/dev/null', 'r+');
  return opened;
}
