import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { type Clock, sleep } from '../base/clock.ts';
import { ProblemError } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import { isSameProcess, sendSignal } from '../base/process.ts';
import { readState, writeState } from '../base/statefile.ts';
import { type AgentConfig, agentConfigPath, readAgentFile, socketsFilePath } from '../model/agentfile.ts';
import { endProcess } from './endprocess.ts';
import type { Program } from './ownprogram.ts';
import { becomes, livingHolder } from './socketholder.ts';
import { type ProcessIdentity, type Supervisor, supervise } from './supervisor.ts';

export interface AgentProcessOptions {
  readonly dataDir: string;
  readonly program: Program;
  readonly config: AgentConfig;
  readonly clock: Clock;
  readonly logger: Logger;
}

const START_MS = 15_000;
const LOOK_MS = 20;
/**
 * Node lets the young generation grow to 48 MB under the steady small garbage of probes and watches, and an agent that probes is never
 * idle enough to give it back. Measured with nine pods: 30 MB less (docs/performance.md).
 */
const HEAP = ['--max-semi-space-size=2'];

/** Writes the agent's configuration, then keeps one agent running: the one that is found, or one that it starts. */
export async function superviseAgent(options: AgentProcessOptions): Promise<Supervisor> {
  const { dataDir, config, clock, logger } = options;
  const before = await readState<AgentConfig>(agentConfigPath(dataDir));
  await writeState(agentConfigPath(dataDir), config);
  await endOther(options, isDeepStrictEqual(before?.ingress, config.ingress));
  return supervise({
    name: 'agent',
    find: () => readAgentFile(dataDir),
    start: () => startAgent(options),
    clock,
    logger,
  });
}

/**
 * After an upgrade the running agent is the old build, and one that listens elsewhere than it should reads its configuration at its start
 * alone: it is ended, and its successor adopts the pods as they are.
 */
async function endOther(
  { dataDir, program, clock, logger }: AgentProcessOptions,
  listensThere: boolean,
): Promise<void> {
  const running = await readAgentFile(dataDir);
  if (running === undefined || (running.build === program.build && listensThere)) return;
  const { pid, build } = running;
  if (await endProcess(clock, 'agent', running))
    logger.info(
      { pid, build, next: program.build },
      'agent of another build or with another ingress made way',
    );
}

/** Resolves once the agent has recorded itself; rejects with ProblemError AgentFailed. */
async function startAgent(options: AgentProcessOptions): Promise<ProcessIdentity> {
  const { dataDir, clock } = options;
  const { pid, failure } = launchAgent(options);
  const deadline = clock.monotonic() + START_MS;
  while (clock.monotonic() < deadline && failure() === undefined) {
    const recorded = await readAgentFile(dataDir);
    if (recorded && recorded.pid === pid) return recorded;
    await sleep(clock, LOOK_MS);
  }
  // A merely slow one must not come up later beside its successor.
  if (pid !== undefined) sendSignal(pid, 'SIGKILL');
  throw new ProblemError({
    reason: 'AgentFailed',
    message: `The node agent did not start (${failure() ?? `not ready within ${START_MS / 1000} s`}).`,
    remedy: `Its log says why: ${join(dataDir, 'agent', 'agent.log')}`,
  });
}

interface Launched {
  readonly pid: number | undefined;
  /** Why it does not run, as far as that is known by now. */
  readonly failure: () => string | undefined;
}

/** Who holds the sockets of the one before becomes the next one; without such a holder it is a process of its own. */
function launchAgent({ dataDir, program: { entry, hostEnvironment } }: AgentProcessOptions): Launched {
  const argv = [entry.execPath, ...HEAP, ...entry.args, 'agent', '--data-dir', dataDir];
  const holder = livingHolder(socketsFilePath(dataDir));
  if (!holder) return spawnDetached(dataDir, argv, hostEnvironment);
  const { pid, pidStartTime } = becomes(holder, argv, hostEnvironment);
  return { pid, failure: () => (isSameProcess(pid, pidStartTime) ? undefined : 'it ended') };
}

/** Detached, in a session of its own and with a log of its own, so that it outlives this process. */
function spawnDetached(
  dataDir: string,
  [command = '', ...args]: readonly string[],
  env: Readonly<Record<string, string>>,
): Launched {
  const log = openSync(join(dataDir, 'agent', 'agent.log'), 'a', 0o600);
  try {
    const child = spawn(command, args, { detached: true, stdio: ['ignore', log, log], env, cwd: dataDir });
    child.unref();
    let failure: string | undefined;
    child.once('error', (error) => {
      failure = error.message;
    });
    child.once('exit', (code, signal) => {
      failure = signal ? `killed by ${signal}` : `exit code ${code}`;
    });
    return { pid: child.pid, failure: () => failure };
  } finally {
    closeSync(log);
  }
}
