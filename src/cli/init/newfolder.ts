import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ProblemError } from '../../base/errors.ts';

/** @throws ProblemError where something is there: nothing is ever overwritten */
export function refuseExisting(output: string, remedy: string): void {
  if (!existsSync(output)) return;
  throw new ProblemError({
    reason: 'AlreadyExists',
    message: `${output} exists already; nothing was written.`,
    remedy,
  });
}

/** Writes a folder that does not exist yet, whole or not at all. Texts by path. */
export async function writeNewFolder(output: string, files: Readonly<Record<string, string>>): Promise<void> {
  await mkdir(dirname(output), { recursive: true });
  const unfinished = await mkdtemp(join(dirname(output), '.pilotage-'));
  try {
    const made = join(unfinished, 'made');
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(made, path)), { recursive: true });
      await writeFile(join(made, path), text);
    }
    await rename(made, output);
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}
