import { type ChildProcess, spawn } from 'node:child_process';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { ProblemError } from '../../base/errors.ts';
import type { Surroundings } from '../context.ts';

/** The line that `pilotage up --output json` prints when it is ready. */
export interface Ready {
  readonly http: string;
  readonly api: string;
  readonly git: string;
  readonly kubeconfig: string;
  readonly pid: number;
  readonly agentPid: number;
}

export interface EphemeralDaemon {
  readonly ready: Ready;
  /** Resolves with the exit code once the daemon and all that it started have ended. */
  readonly ended: Promise<number>;
  /** What it keeps, and removes at its end. */
  readonly dataDir: string;
  /** Asks it to end. Asking again changes nothing. */
  stop(): void;
  /** Asks it to end without waiting for anybody. */
  hurry(): void;
  /** The last lines that it logged. */
  log(): readonly string[];
}

const LOG_LINES = 20;

/**
 * A real `pilotage up --ephemeral` in a session of its own, so that a Ctrl-C reaches this process alone and the end is orderly;
 * `--owner-pid` ends it should this process be killed.
 */
export async function startEphemeral(surroundings: Surroundings, ownerPid: number): Promise<EphemeralDaemon> {
  const { execPath, args } = surroundings.entry;
  const child = spawn(
    execPath,
    [
      ...args,
      'up',
      '--ephemeral',
      '--owner-pid',
      String(ownerPid),
      '--output',
      'json',
      '--log-level',
      'warn',
    ],
    {
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: surroundings.fullEnvironment,
    },
  );
  const log: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => {
    log.push(line);
    if (log.length > LOG_LINES) log.shift();
  });
  const ended = new Promise<number>((resolve) => child.on('close', (code) => resolve(code ?? 1)));
  const ready = await Promise.race([firstLine(child), ended.then(() => undefined)]);
  if (!ready) {
    throw new ProblemError({
      reason: 'StartFailed',
      message: 'Pilotage did not start.',
      details: log,
    });
  }
  const tell = (): void => void child.kill('SIGTERM');
  let announced = false;
  return {
    ready,
    ended,
    dataDir: dirname(ready.kubeconfig),
    stop() {
      if (!announced) tell();
      announced = true;
    },
    hurry: tell,
    log: () => log,
  };
}

function firstLine(child: ChildProcess): Promise<Ready> {
  return new Promise((resolve, reject) => {
    if (!child.stdout) return reject(new Error('stdout is a pipe'));
    createInterface({ input: child.stdout }).once('line', (line) => resolve(JSON.parse(line) as Ready));
  });
}
