import { dirname } from 'node:path';
import type { Clock } from '../../../../base/clock.ts';
import type { ExecOutcome, ExecRequest } from '../runtime.ts';
import type { ContainerRef } from '../spec.ts';
import type { Attempts } from './attempts.ts';
import { commandBeside } from './confinedcommand.ts';
import type { Argv } from './confinement/command.ts';
import { within } from './limits/limits.ts';
import { findProgram } from './program.ts';
import { type RunOutcome, runToEnd } from './spawn.ts';
import { followSizes, inTerminal } from './terminal.ts';

const error = (message: string): ExecOutcome => ({ type: 'error', message });

/** Runs a command as the container's program runs: its user, its view of the files, its environment and directory. */
export async function execBeside(
  attempts: Pick<Attempts, 'startedWith' | 'isRunning' | 'logFile'>,
  clock: Clock,
  ref: ContainerRef,
  request: ExecRequest,
): Promise<ExecOutcome> {
  const { stdin, sizes, onStdout, onStderr, timeoutMs, signal } = request;
  const started = attempts.startedWith(ref);
  const [name, ...args] = request.command;
  if (!started || !attempts.isRunning(ref)) return error(`container "${ref.container}" is not running`);
  if (name === undefined) return error('no command was given');
  const program = findProgram(name, started.cwd, started.env.PATH);
  if (!program.ok) return error(program.message);
  const plain: Argv = [program.path, ...args];
  const run = request.tty
    ? inTerminal(plain, started.cwd, started.env)
    : ({ ok: true, argv: plain } as const);
  if (!run.ok) return error(run.message);
  const running = { ...started, argv: run.argv };
  const beside = commandBeside(dirname(attempts.logFile(ref)), running);
  if (!beside) return error(`container "${ref.container}" is not running`);
  let leader: number | undefined;
  if (sizes) void followSizes(sizes, () => (request.tty ? leader : undefined), clock, signal);
  const outcome = await runToEnd({
    ...beside,
    argv: within(started.limits, beside.argv),
    clock,
    onStart: (pid) => {
      leader = pid;
    },
    onOutput: (piece, from) => (from === 'stdout' ? onStdout : onStderr)?.(piece),
    ...(stdin ? { stdin } : {}),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(signal ? { signal } : {}),
  });
  return outcomeOf(outcome);
}

const outcomeOf = (outcome: RunOutcome): ExecOutcome =>
  outcome.type === 'aborted' ? { type: 'canceled' } : outcome;
