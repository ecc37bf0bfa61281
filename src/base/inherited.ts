import { closeSync, fstatSync, readdirSync } from 'node:fs';

/**
 * Closes the files that a process was born with, its standard streams apart: LevelDB opens its own without FD_CLOEXEC, so every child of
 * the daemon would hold the store's log open for writing. For the first lines of a process, before it opens any itself. Linux only;
 * elsewhere nothing says which are open.
 */
export function closeInheritedFiles(): void {
  for (const fd of openDescriptors()) if (fd > 2 && isFile(fd)) closeSync(fd);
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
