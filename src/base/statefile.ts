import { open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errnoOf, ProblemError } from './errors.ts';

/** Reads a JSON file that we wrote; undefined where there is none. A file that is not valid JSON is a Problem that names it. */
export async function readState<T>(path: string): Promise<T | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
  try {
    return JSON.parse(text) as T;
  } catch (cause) {
    throw new ProblemError(
      {
        reason: 'CorruptState',
        message: `${path} is damaged.`,
        remedy: 'Restore it from a backup, or remove it to start afresh.',
      },
      { cause },
    );
  }
}

/** Replaces a file so that a crash leaves the old content or the new one, never a mixture. Readable by its owner only. */
export async function writeState(path: string, value: unknown): Promise<void> {
  const temporary = `${path}.new`;
  const file = await open(temporary, 'w', 0o600);
  try {
    await file.writeFile(`${JSON.stringify(value, null, 2)}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
  // The rename itself is durable only when the directory is.
  const folder = await open(dirname(path), 'r');
  await folder.sync().finally(() => folder.close());
}
