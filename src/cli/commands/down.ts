import { Command } from 'commander';
import { readAgentFile } from '../../model/agentfile.ts';
import { readDaemonFile } from '../../model/daemonfile.ts';
import { print } from '../command.ts';
import type { CliContext } from '../context.ts';
import { endProcess } from '../endprocess.ts';

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
    daemon !== undefined && daemon.pid !== self && (await endProcess(context.clock, 'daemon', daemon, hurry));
  const agent = await readAgentFile(dataDir);
  const agentRan = agent !== undefined && (await endProcess(context.clock, 'agent', agent, hurry));
  await context.stopPods(dataDir, hurry);
  return daemonRan || agentRan;
}
