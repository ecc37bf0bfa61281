import { readdir, rename, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf, ProblemError } from '../base/errors.ts';
import { startWatchdog } from '../base/watchdog.ts';
import type { Program } from './ownprogram.ts';
import { type TakeDown, type TakeDownOptions, takeDown } from './takedown.ts';

export interface EphemeralOptions extends TakeDown {
  readonly dataDir: string;
  readonly program: Program;
  readonly hurry: AbortSignal;
}

/** Runs `run`; however it or this process ends, everything it started ends too and the data directory is removed. */
export async function runEphemeral(run: () => Promise<void>, options: EphemeralOptions): Promise<void> {
  const { dataDir, hurry } = options;
  await refuseUsed(dataDir);
  const { entry, hostEnvironment } = options.program;
  const reaper = [entry.execPath, ...entry.args, 'reap', '--data-dir', dataDir];
  const callOff = startWatchdog(process.pid, reaper, hostEnvironment);
  try {
    await run();
  } finally {
    await reap(options, dataDir, { self: process.pid, hurry });
    callOff();
  }
}

/** An ephemeral data directory is removed at the end, so it must not hold anything already. */
async function refuseUsed(dataDir: string): Promise<void> {
  const entries = await readdir(dataDir).catch((error: unknown) => {
    if (errnoOf(error) === 'ENOENT') return [];
    throw error;
  });
  if (entries.length === 0) return;
  throw new ProblemError({
    reason: 'DataDirNotEmpty',
    message: `${dataDir} is not empty, and an ephemeral Pilotage removes its data directory at the end.`,
    remedy: 'Leave --data-dir out to get a temporary one, or leave --ephemeral out to keep the data.',
  });
}

/**
 * Ends everything that belongs to an ephemeral data directory, then removes it. Idempotent, also when two run at once. The directory is
 * renamed first: an agent that is just starting has either recorded itself, and is found, or no longer can, and ends.
 */
export async function reap(parts: TakeDown, dataDir: string, options: TakeDownOptions = {}): Promise<void> {
  const nameless = `${dataDir}.ending`;
  const ending = await rename(dataDir, nameless).then(
    () => nameless,
    // Another reaper was first; or the directory cannot be renamed, as a mount point cannot.
    (error: unknown) => (errnoOf(error) === 'ENOENT' ? nameless : dataDir),
  );
  await takeDown(parts, ending, { ...options, forGood: true });
  await rm(ending, { recursive: true, force: true, maxRetries: 3 });
  await removeStraggling(dataDir);
}

/** Until it ended, the agent may have written below its folders by the old name, and so have created them and those above again. */
async function removeStraggling(dataDir: string): Promise<void> {
  const ofAgent = [join(dataDir, 'agent'), join(dataDir, 'images')];
  await Promise.all(ofAgent.map((folder) => rm(folder, { recursive: true, force: true, maxRetries: 3 })));
  await rmdir(dataDir).catch((error: unknown) => {
    // Absent, as it should be; or a mount point, or in use by another program.
    if (!['ENOENT', 'ENOTEMPTY', 'EBUSY'].includes(errnoOf(error) ?? '')) throw error;
  });
}
