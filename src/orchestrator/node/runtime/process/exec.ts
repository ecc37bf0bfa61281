import { dirname } from 'node:path';
import type { Clock } from '../../../../base/clock.ts';
import type { ExecOutcome, ExecRequest } from '../runtime.ts';
import type { ContainerRef } from '../spec.ts';
import type { Attempts } from './attempts.ts';
import { commandBeside } from './confinedcommand.ts';
import { findProgram } from './program.ts';
import { type RunOutcome, runToEnd } from './spawn.ts';

const error = (message: string): ExecOutcome => ({ type: 'error', message });

/** Runs a command as the container's program runs: its user, its view of the files, its environment and directory. */
export async function execBeside(
  attempts: Pick<Attempts, 'startedWith' | 'isRunning' | 'logFile'>,
  clock: Clock,
  ref: ContainerRef,
  request: ExecRequest,
): Promise<ExecOutcome> {
  const { stdin, onStdout, onStderr, timeoutMs, signal } = request;
  const started = attempts.startedWith(ref);
  const [name, ...args] = request.command;
  if (!started || !attempts.isRunning(ref)) return error(`container "${ref.container}" is not running`);
  if (name === undefined) return error('no command was given');
  const program = findProgram(name, started.cwd, started.env.PATH);
  if (!program.ok) return error(program.message);
  const running = { ...started, argv: [program.path, ...args] } as const;
  const beside = commandBeside(dirname(attempts.logFile(ref)), running);
  if (!beside) return error(`container "${ref.container}" is not running`);
  const outcome = await runToEnd({
    ...beside,
    clock,
    onOutput: (piece, from) => (from === 'stdout' ? onStdout : onStderr)?.(piece),
    ...(stdin ? { stdin } : {}),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(signal ? { signal } : {}),
  });
  return outcomeOf(outcome);
}

const outcomeOf = (outcome: RunOutcome): ExecOutcome =>
  outcome.type === 'aborted' ? { type: 'canceled' } : outcome;
