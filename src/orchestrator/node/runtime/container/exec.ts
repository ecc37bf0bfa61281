import type { Clock } from '../../../../base/clock.ts';
import type { AttachRequest, ExecOutcome, ExecRequest } from '../runtime.ts';
import type { Engine } from './engine/engine.ts';
import type { InspectedContainer } from './engine/types.ts';
import { carry, type StreamEnd } from './streams.ts';

/** A container as `exec` and `attach` need it: its name in the pod, and the engine's word of it. */
export interface Target {
  readonly name: string;
  readonly container: InspectedContainer | undefined;
}

const error = (message: string): ExecOutcome => ({ type: 'error', message });
const notRunning = (name: string): ExecOutcome => error(`container "${name}" is not running`);

/** What the engine prints where a program would have printed that could not be executed: runc's words, within Docker's or Podman's. */
const UNSTARTED = /exec failed: unable to start container process|OCI runtime exec failed/;
const WORDS_BYTES = 1024;

/** Runs a command in a container. Never rejects. */
export async function execIn(
  engine: Engine,
  clock: Clock,
  { name, container }: Target,
  request: ExecRequest,
): Promise<ExecOutcome> {
  if (container?.State.Status !== 'running') return notRunning(name);
  if (request.command.length === 0) return error('no command was given');
  const { command, tty = false, stdin, timeoutMs } = request;
  try {
    const exec = await engine.createExec(container.Id, { command, tty, stdin: stdin !== undefined });
    const connection = await engine.startExec(exec, tty);
    const words = firstWords(request);
    const end = await carry(words.request, {
      connection,
      tty,
      clock,
      resize: (size) => engine.resizeExec(exec, size),
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    });
    if (end !== 'ended') {
      await endExec(engine, exec);
      return outcomeOf(end);
    }
    const { ExitCode } = await engine.inspectExec(exec);
    const isUnstarted = (ExitCode === 126 || ExitCode === 127) && UNSTARTED.test(words.text());
    return isUnstarted ? error(firstLine(words.text())) : { type: 'exited', exitCode: ExitCode ?? 0 };
  } catch (cause) {
    return error(cause instanceof Error ? cause.message : String(cause));
  }
}

/** Remembers the beginning of what the command printed to standard error, or to its terminal. */
function firstWords(request: ExecRequest): { readonly request: AttachRequest; text(): string } {
  let text = '';
  const heard =
    (tell: AttachRequest['onStderr']): AttachRequest['onStderr'] =>
    (piece) => {
      if (text.length < WORDS_BYTES) text += piece.toString('utf8', 0, WORDS_BYTES);
      return tell?.(piece);
    };
  const onStderr = heard(request.onStderr);
  const onStdout = request.tty ? heard(request.onStdout) : request.onStdout;
  return {
    request: { ...request, ...(onStderr ? { onStderr } : {}), ...(onStdout ? { onStdout } : {}) },
    text: () => text,
  };
}

/** Podman puts its own word before it, and what its connection came to after it. */
const firstLine = (text: string): string => (text.trim().split('\n')[0] ?? '').replace(/^Error: /, '').trim();

/** The engine's API starts commands and does not end them: their process is ended from outside, where this node may. */
async function endExec(engine: Engine, exec: string): Promise<void> {
  const { Running, Pid = 0 } = await engine.inspectExec(exec);
  if (!Running || Pid <= 0) return;
  try {
    process.kill(Pid, 'SIGKILL');
  } catch {
    // It has ended, or belongs to somebody else: it ends with its container.
  }
}

/** Joins the streams of a container that runs, from now on. Never rejects. */
export async function attachTo(
  engine: Engine,
  clock: Clock,
  { name, container }: Target,
  request: AttachRequest,
): Promise<ExecOutcome> {
  if (container?.State.Status !== 'running') return notRunning(name);
  const { Tty: tty = false, OpenStdin: hasInput = false } = container.Config;
  if (request.stdin && !hasInput)
    return error(`container "${name}" has no standard input: its pod says no \`stdin: true\``);
  try {
    const connection = await engine.attach(container.Id, request.stdin !== undefined);
    const end = await carry(request, {
      connection,
      tty,
      clock,
      resize: (size) => engine.resize(container.Id, size),
    });
    if (end !== 'ended') return outcomeOf(end);
    // Its streams end a moment before it does.
    return { type: 'exited', exitCode: await engine.wait(container.Id, request.signal) };
  } catch (cause) {
    if (request.signal?.aborted) return { type: 'canceled' };
    return error(cause instanceof Error ? cause.message : String(cause));
  }
}

function outcomeOf(end: Exclude<StreamEnd, 'ended'>): ExecOutcome {
  if (end === 'timeout' || end === 'canceled') return { type: end };
  return error(String(end.error));
}
