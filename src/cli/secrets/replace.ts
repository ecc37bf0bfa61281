import { randomBytes } from 'node:crypto';
import { type FileHandle, open, readFile, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errnoOf, ProblemError } from '../../base/errors.ts';

export async function readIfThere(path: string): Promise<string | undefined> {
  return await ifThere(readFile(path, 'utf8'));
}

async function ifThere<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/**
 * Replaces a file whole or not at all, so that a crash leaves the old text or the new one. Its mode stays, and so does a symbolic link to it.
 * `before` is what was read of it: a file that says something else by now is left alone.
 */
export async function replaceFile(path: string, text: string, before: string | undefined): Promise<void> {
  const target = (await ifThere(realpath(path))) ?? path;
  const old = await ifThere(stat(target));
  const beside = `${target}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    await written(await open(beside, 'wx', old ? 0o600 : 0o666), text, old && old.mode & 0o7777);
    if ((await readIfThere(target)) !== before) throw new ProblemError(changedMeanwhile(path));
    await rename(beside, target);
  } finally {
    await rm(beside, { force: true });
  }
  // The rename itself is durable only when the directory is.
  const folder = await open(dirname(target), 'r');
  await folder.sync().finally(() => folder.close());
}

async function written(file: FileHandle, text: string, mode: number | undefined): Promise<void> {
  try {
    if (mode !== undefined) await file.chmod(mode);
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

const changedMeanwhile = (path: string) => ({
  reason: 'FileChanged',
  message: `${path} was changed by somebody else while it was edited; it stays as they left it`,
  place: { file: path },
  remedy: 'Edit it again.',
});
