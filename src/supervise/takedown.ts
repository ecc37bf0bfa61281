import type { Clock } from '../base/clock.ts';
import { readAgentFile, socketsFilePath } from '../model/agentfile.ts';
import { readDaemonFile } from '../model/daemonfile.ts';
import { endProcess } from './endprocess.ts';
import { livingHolder } from './socketholder.ts';

/** What it takes to end an instance. */
export interface TakeDown {
  readonly clock: Clock;
  /** Ends everything that runs of the pods recorded below a data directory. */
  readonly stopPods: (dataDir: string, options?: StopPodsOptions) => Promise<void>;
}

export interface StopPodsOptions {
  /** Without any grace once it aborts. */
  readonly hurry?: AbortSignal;
  /** The directory is about to go: what keeps something elsewhere removes it. */
  readonly forGood?: boolean;
}

export interface TakeDownOptions extends StopPodsOptions {
  /** Pid of the daemon that takes itself down. */
  readonly self?: number;
}

/**
 * Ends the daemon first (it would start the agent again), then the agent (it would start the pods again) and who holds its sockets, then the pods.
 * Works whichever of them has already died. Resolves with whether anything ran.
 */
export async function takeDown(
  { clock, stopPods }: TakeDown,
  dataDir: string,
  { self, ...options }: TakeDownOptions = {},
): Promise<boolean> {
  const daemon = await readDaemonFile(dataDir);
  const daemonRan =
    daemon !== undefined && daemon.pid !== self && (await endProcess(clock, 'daemon', daemon, options.hurry));
  const agent = await readAgentFile(dataDir);
  const agentRan = agent !== undefined && (await endProcess(clock, 'agent', agent, options.hurry));
  const holder = livingHolder(socketsFilePath(dataDir));
  // It ends at once, and what it waits by with it, which has the sockets, too: in no hurry is it killed before that.
  if (holder) await endProcess(clock, 'holder of sockets', holder);
  await stopPods(dataDir, options);
  return daemonRan || agentRan;
}
