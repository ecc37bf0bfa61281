import type { Command } from 'commander';
import type { EnvironmentReport } from '../../model/faces.ts';
import { parseDuration } from '../command.ts';
import type { CliContext } from '../context.ts';
import type { FaceClient } from '../daemon/face.ts';
import { onStderr, waitFor } from '../daemon/wait.ts';

/** The options of a command that can wait for what it has asked for. */
export interface WaitingOptions {
  readonly wait?: boolean;
  readonly timeout: number;
}

/** Adds `--wait` and `--timeout`; `description` says what is waited for. */
export const withWait = (command: Command, description: string): Command =>
  command
    .option('-w, --wait', description)
    .option('--timeout <duration>', 'with --wait: give up after this long', parseDuration, 120_000);

/** Resolves once the environment is healthy, at `revision` where one is given; says on stderr what it waits for. */
export const untilHealthy = (
  context: CliContext,
  daemon: FaceClient,
  name: string,
  { timeout }: WaitingOptions,
  revision?: string,
): Promise<EnvironmentReport> => {
  const goal = { for: 'healthy', timeout, ...(revision ? { revision } : {}) } as const;
  return waitFor(context, daemon, name, goal, onStderr(context));
};
