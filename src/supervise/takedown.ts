import type { Clock } from '../base/clock.ts';
import { readAgentFile } from '../model/agentfile.ts';
import { readDaemonFile } from '../model/daemonfile.ts';
import { endProcess } from './endprocess.ts';

/** What it takes to end an instance. */
export interface TakeDown {
  readonly clock: Clock;
  /** Ends every process of the pods recorded below a data directory; without any grace once `hurry` aborts. */
  readonly stopPods: (dataDir: string, hurry?: AbortSignal) => Promise<void>;
}

export interface TakeDownOptions {
  /** Pid of the daemon that takes itself down. */
  readonly self?: number;
  /** Once it aborts, no process is given time to end by itself. */
  readonly hurry?: AbortSignal;
}

/**
 * Ends the daemon first (it would start the agent again), then the agent (it would start the pods again), then the pods.
 * Works whichever of them has already died. Resolves with whether anything ran.
 */
export async function takeDown(
  { clock, stopPods }: TakeDown,
  dataDir: string,
  { self, hurry }: TakeDownOptions = {},
): Promise<boolean> {
  const daemon = await readDaemonFile(dataDir);
  const daemonRan =
    daemon !== undefined && daemon.pid !== self && (await endProcess(clock, 'daemon', daemon, hurry));
  const agent = await readAgentFile(dataDir);
  const agentRan = agent !== undefined && (await endProcess(clock, 'agent', agent, hurry));
  await stopPods(dataDir, hurry);
  return daemonRan || agentRan;
}
