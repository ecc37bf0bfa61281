import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';

/**
 * Removes a directory and what is in it; a missing one is not an error. For root, who removes what other users may write to at the
 * same time, the system's `rm` does it: it never follows a link that takes a directory's place meanwhile, and Node's may.
 */
export async function removeTree(path: string): Promise<void> {
  if (process.geteuid?.() === 0) await systemRemove(path);
  await rm(path, { recursive: true, force: true, maxRetries: 3 });
}

/** What it could not remove is tried again by the caller, who says why. */
const systemRemove = (path: string): Promise<void> =>
  new Promise((resolve) => {
    execFile('rm', ['-rf', '--', path], () => resolve());
  });
