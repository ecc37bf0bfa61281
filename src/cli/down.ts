import { Command } from 'commander';
import { type Clock, sleep } from '../base/clock.ts';
import { ProblemError } from '../base/errors.ts';
import { isSameProcess, sendSignal } from '../base/process.ts';
import { readAgentFile } from '../model/agentfile.ts';
import { readDaemonFile } from '../model/daemonfile.ts';
import { print } from './command.ts';
import type { CliContext } from './context.ts';

/** How long a process may take to end by itself before it is killed. */
const GRACE_MS = 10_000;
const PERIOD_MS = 25;

export function downCommand(context: CliContext): Command {
  return new Command('down')
    .description('stop Pilotage and every pod on this machine; the data stays')
    .option('--data-dir <dir>', 'data directory of the daemon (or PILOTAGE_DATA_DIR)')
    .action(async (options: { dataDir?: string }) => {
      const dataDir = options.dataDir ?? context.surroundings.dataDir;
      const stopped = await takeDown(context, dataDir);
      print(
        context,
        stopped
          ? `Pilotage is down. Its data stays in ${dataDir}; \`pilotage up\` brings it back.`
          : `Nothing of Pilotage runs on ${dataDir}.`,
      );
    });
}

export interface TakeDownOptions {
  /** The daemon, when it takes itself down. */
  readonly self?: number;
  /** Once it aborts, nobody is given time to end by itself. */
  readonly hurry?: AbortSignal;
}

/**
 * Daemon first (it would start the agent again), then the agent (it would start the pods again), then the pods.
 * Works whichever of them already died. Resolves with whether anything ran.
 */
export async function takeDown(
  context: CliContext,
  dataDir: string,
  { self, hurry }: TakeDownOptions = {},
): Promise<boolean> {
  const daemon = await readDaemonFile(dataDir);
  const daemonRan =
    daemon !== undefined && daemon.pid !== self && (await end(context.clock, 'daemon', daemon, hurry));
  const agent = await readAgentFile(dataDir);
  const agentRan = agent !== undefined && (await end(context.clock, 'agent', agent, hurry));
  await context.stopPods(dataDir, hurry);
  return daemonRan || agentRan;
}

async function end(
  clock: Clock,
  what: string,
  { pid, pidStartTime }: { readonly pid: number; readonly pidStartTime: string },
  hurry: AbortSignal | undefined,
): Promise<boolean> {
  if (!isSameProcess(pid, pidStartTime)) return false;
  const told = async (signal: NodeJS.Signals, enough: () => boolean): Promise<boolean> => {
    sendSignal(pid, signal);
    const deadline = clock.monotonic() + GRACE_MS;
    while (clock.monotonic() < deadline && !enough()) {
      if (!isSameProcess(pid, pidStartTime)) return true;
      await sleep(clock, PERIOD_MS);
    }
    return false;
  };
  if (await told('SIGTERM', () => hurry?.aborted === true)) return true;
  if (await told('SIGKILL', () => false)) return true;
  throw new ProblemError({
    reason: 'StillRunning',
    message: `The ${what} (pid ${pid}) does not end, not even by SIGKILL.`,
  });
}
