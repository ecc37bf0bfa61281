import { execFile, execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { hasCapability, ownCapabilities } from './capabilities.ts';
import { isWithin, realPath } from './realpath.ts';

/**
 * Makes a folder one whose files are in memory (tmpfs), of so many bytes at most; one that is already stays as it is. False where this
 * program may not mount.
 */
export function mountMemory(
  folder: string,
  bytes: number | undefined,
  capabilities = ownCapabilities(),
): boolean {
  // It is asked for again and again, and to start a program that will be refused would hold up everybody each time.
  if (!hasCapability(capabilities, 'SYS_ADMIN')) return false;
  if (statSync(folder).dev !== statSync(dirname(folder)).dev) return true;
  const options = ['nosuid', 'nodev', ...(bytes === undefined ? [] : [`size=${bytes}`])].join(',');
  try {
    execFileSync('mount', ['-n', '-t', 'tmpfs', '-o', options, 'pilotage', folder], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Ends every mount below a folder, the innermost first; what still uses one keeps it until it ends. */
export async function unmountBelow(folder: string): Promise<void> {
  const real = realPath(folder);
  if (real === undefined) return;
  const places = mountPoints(readFileSync('/proc/self/mountinfo', 'utf8'))
    .filter((place) => isWithin(place, real))
    .sort((a, b) => b.length - a.length);
  for (const place of places)
    await promisify(execFile)('umount', ['-n', '-l', '--', place]).catch(() => undefined);
}

/** proc_pid_mountinfo(5): the fifth field, in which spaces and the like are octal. Pure. */
export const mountPoints = (mountinfo: string): readonly string[] =>
  mountinfo
    .split('\n')
    .flatMap((line) => line.split(' ')[4] ?? [])
    .map((field) =>
      field.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8))),
    );
