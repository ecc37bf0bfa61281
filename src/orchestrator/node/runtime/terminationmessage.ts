import {
  closeSync,
  constants,
  fchmodSync,
  ftruncateSync,
  lstatSync,
  mkdirSync,
  openSync,
  readSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { errnoOf } from '../../../base/errors.ts';

/** kubelet `pkg/kubelet/container` MaxContainerTerminationMessageLength. */
const MAX_BYTES = 4096;

/** kubelet `pkg/kubelet/kuberuntime`: what FallbackToLogsOnError takes of the end of a log. */
export const FALLBACK = { bytes: 2048, lines: 80 };

/**
 * Where a program says why it ends: `terminationMessagePath` below its root. The folders on the way stay the agent's, so that the program,
 * which runs as another user, can write the file and put nothing else in its place.
 */
export function messageFile(root: string, path: string): string | undefined {
  const file = join(root, resolve('/', path));
  if (file === root || !hasPlainFolders(root, dirname(file))) return undefined;
  mkdirSync(dirname(file), { recursive: true });
  return file;
}

/** A mount on the way is a link into a volume: what stands there is the volume's. */
function hasPlainFolders(root: string, folder: string): boolean {
  if (folder === root) return true;
  const found = lstatSync(folder, { throwIfNoEntry: false });
  return (found === undefined || found.isDirectory()) && hasPlainFolders(root, dirname(folder));
}

const FLAGS = constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** Before each attempt: there, empty, and for everybody to write. What stands in the way is left, and the attempt has no message. */
export function emptyMessage(file: string): void {
  const opened = openSafely(file, FLAGS | constants.O_WRONLY | constants.O_CREAT);
  if (opened === undefined) return;
  try {
    ftruncateSync(opened);
    fchmodSync(opened, 0o666);
  } finally {
    closeSync(opened);
  }
}

/** What an attempt that has ended has said; empty where it has said nothing. */
export function readMessage(file: string): string {
  const opened = openSafely(file, FLAGS | constants.O_RDONLY);
  if (opened === undefined) return '';
  try {
    const buffer = Buffer.alloc(MAX_BYTES);
    return buffer.toString('utf8', 0, readSync(opened, buffer, 0, MAX_BYTES, 0));
  } catch (error) {
    // A folder, or a pipe.
    if (errnoOf(error) === undefined) throw error;
    return '';
  } finally {
    closeSync(opened);
  }
}

function openSafely(file: string, flags: number): number | undefined {
  try {
    return openSync(file, flags, 0o666);
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    return undefined;
  }
}
