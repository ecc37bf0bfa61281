import { dirname } from 'node:path';
import type { Clock } from '../../../../base/clock.ts';
import { feed } from '../feed.ts';
import type { AttachRequest, ExecOutcome } from '../runtime.ts';
import type { ContainerRef } from '../spec.ts';
import { readShim } from './attemptrecord.ts';
import type { Attempts } from './attempts.ts';
import { openInput } from './input.ts';
import type { Logs } from './logs.ts';
import { followSizes } from './terminal.ts';

interface Parts {
  readonly attempts: Pick<Attempts, 'startedWith' | 'isRunning' | 'logFile' | 'list'>;
  readonly logs: Pick<Logs, 'read'>;
  readonly clock: Clock;
}

const error = (message: string): ExecOutcome => ({ type: 'error', message });

/** Joins a container: its output from now on, which is its log, and its standard input where it has one. */
export async function attachTo(
  { attempts, logs, clock }: Parts,
  ref: ContainerRef,
  { stdin, sizes, onStdout, signal = new AbortController().signal }: AttachRequest,
): Promise<ExecOutcome> {
  const started = attempts.startedWith(ref);
  if (!started || !attempts.isRunning(ref)) return error(`container "${ref.container}" is not running`);
  const dir = dirname(attempts.logFile(ref));
  if (stdin && !started.input)
    return error(`container "${ref.container}" has no standard input: its pod says no \`stdin: true\``);
  const output = logs.read(ref, { follow: true, timestamps: false, tailLines: 0 }, signal);
  // Where reading begins is settled by the first call: what the program answers must not be missed.
  const first = output.next();
  const input = stdin && (await openInput(dir, clock, signal));
  if (stdin && input) void feed(stdin, input);
  if (sizes) void followSizes(sizes, () => (started.tty ? readShim(dir)?.pid : undefined), clock, signal);
  try {
    for (let next = await first; !next.done; next = await output.next()) await onStdout?.(next.value);
  } catch (cause) {
    return error(String(cause));
  } finally {
    input?.destroy();
  }
  if (signal.aborted) return { type: 'canceled' };
  const state = attempts.list(ref.pod).find((one) => isSame(one.ref, ref))?.state;
  return state?.type === 'exited'
    ? { type: 'exited', exitCode: state.exitCode }
    : error('how the container ended is not known');
}

const isSame = (a: ContainerRef, b: ContainerRef): boolean =>
  a.pod === b.pod && a.container === b.container && a.attempt === b.attempt;
