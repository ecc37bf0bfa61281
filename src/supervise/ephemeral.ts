import { readdir, rename, rm } from 'node:fs/promises';
import { errnoOf, ProblemError } from '../base/errors.ts';
import { startWatchdog } from '../base/watchdog.ts';
import { socketsFilePath } from '../model/agentfile.ts';
import { endProcess } from './endprocess.ts';
import type { Program } from './ownprogram.ts';
import { livingHolder } from './socketholder.ts';
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
  if ((await entriesOf(dataDir)).length === 0) return;
  throw new ProblemError({
    reason: 'DataDirNotEmpty',
    message: `${dataDir} is not empty, and an ephemeral Pilotage removes its data directory at the end.`,
    remedy: 'Leave --data-dir out to get a temporary one, or leave --ephemeral out to keep the data.',
  });
}

const entriesOf = (dataDir: string): Promise<string[]> =>
  readdir(dataDir).catch((error: unknown) => {
    if (errnoOf(error) === 'ENOENT') return [];
    throw error;
  });

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
  await removeStraggling(parts, dataDir);
}

/** What the agent writes. */
const OF_AGENT: ReadonlySet<string> = new Set(['agent', 'images']);

/**
 * Until it ended, the agent may have written below its folders by the old name, and so have created them and those above again; and who
 * holds its sockets may be recorded there. Whatever else is there is another instance's, which was quick.
 */
async function removeStraggling({ clock }: TakeDown, dataDir: string): Promise<void> {
  if (!(await entriesOf(dataDir)).every((name) => OF_AGENT.has(name))) return;
  const holder = livingHolder(socketsFilePath(dataDir));
  if (holder) await endProcess(clock, 'holder of sockets', holder);
  await rm(dataDir, { recursive: true, force: true, maxRetries: 3 }).catch((error: unknown) => {
    // A mount point, or in use by another program.
    if (errnoOf(error) !== 'EBUSY') throw error;
  });
}
