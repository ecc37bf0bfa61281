import { Command } from 'commander';
import { sleep } from '../base/clock.ts';
import { ProblemError } from '../base/errors.ts';
import { isSameProcess, sendSignal } from '../base/process.ts';
import { readAgentFile } from '../model/agentfile.ts';
import { readDaemonFile } from '../model/daemonfile.ts';
import { print } from './command.ts';
import type { CliContext } from './context.ts';

/** How long a process may take to end by itself before it is killed. */
const GRACE_MS = 10_000;
const PERIOD_MS = 50;

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

/**
 * Daemon first (it would start the agent again), then the agent (it would start the pods again), then the pods.
 * Works whichever of them already died; `self` is the daemon when it takes itself down. Resolves with whether anything ran.
 */
export async function takeDown(context: CliContext, dataDir: string, self?: number): Promise<boolean> {
  const daemon = await readDaemonFile(dataDir);
  const daemonRan =
    daemon !== undefined &&
    daemon.pid !== self &&
    (await end(context, 'daemon', daemon.pid, daemon.pidStartTime));
  const agent = await readAgentFile(dataDir);
  const agentRan = agent !== undefined && (await end(context, 'agent', agent.pid, agent.pidStartTime));
  await context.stopPods(dataDir);
  return daemonRan || agentRan;
}

async function end(context: CliContext, what: string, pid: number, startTime: string): Promise<boolean> {
  if (!isSameProcess(pid, startTime)) return false;
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    sendSignal(pid, signal);
    const deadline = context.clock.monotonic() + GRACE_MS;
    while (context.clock.monotonic() < deadline) {
      if (!isSameProcess(pid, startTime)) return true;
      await sleep(context.clock, PERIOD_MS);
    }
  }
  throw new ProblemError({
    reason: 'StillRunning',
    message: `The ${what} (pid ${pid}) does not end, not even by SIGKILL.`,
  });
}
