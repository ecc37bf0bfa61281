import { readdir, rename, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf, ProblemError } from '../base/errors.ts';
import { startWatchdog } from '../base/watchdog.ts';
import { type TakeDownOptions, takeDown } from './commands/down.ts';
import type { CliContext } from './context.ts';

/** Whatever becomes of `run` or of this very process: what it started and its data directory go with it. */
export async function vanishAfter(
  run: () => Promise<void>,
  dataDir: string,
  context: CliContext,
  hurry: AbortSignal,
): Promise<void> {
  await refuseUsed(dataDir);
  const { entry, hostEnvironment } = context.surroundings;
  const reaper = [entry.execPath, ...entry.args, 'reap', '--data-dir', dataDir];
  const callOff = startWatchdog(process.pid, reaper, hostEnvironment);
  try {
    await run();
  } finally {
    await reap(context, dataDir, { self: process.pid, hurry });
    callOff();
  }
}

/** An ephemeral data directory is removed at the end, so it must be one that holds nothing of anybody. */
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
 * Ends everything that belongs to an ephemeral data directory, then removes it. Doing it twice, even at once, does no harm. The directory
 * loses its name first: an agent that is just starting has either recorded itself, and is found, or cannot any more, and ends.
 */
export async function reap(
  context: CliContext,
  dataDir: string,
  options: TakeDownOptions = {},
): Promise<void> {
  const nameless = `${dataDir}.ending`;
  const ending = await rename(dataDir, nameless).then(
    () => nameless,
    // Somebody else was first; or it keeps its name, as a mount point does.
    (error: unknown) => (errnoOf(error) === 'ENOENT' ? nameless : dataDir),
  );
  await takeDown(context, ending, options);
  await rm(ending, { recursive: true, force: true, maxRetries: 3 });
  await removeStraggling(dataDir);
}

/** Until it ended the agent may have written of a pod by the old name, and so have made the folders above anew. */
async function removeStraggling(dataDir: string): Promise<void> {
  const agent = join(dataDir, 'agent');
  await rm(join(agent, 'pods'), { recursive: true, force: true, maxRetries: 3 });
  for (const folder of [agent, dataDir]) {
    await rmdir(folder).catch((error: unknown) => {
      // Absent, as it should be; or a mount point, or somebody has moved in meanwhile.
      if (!['ENOENT', 'ENOTEMPTY', 'EBUSY'].includes(errnoOf(error) ?? '')) throw error;
    });
  }
}
