import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { constants } from 'node:os';
import type { Readable, Writable } from 'node:stream';
import { onAbort } from '../../../../base/abort.ts';
import type { Clock } from '../../../../base/clock.ts';
import { errnoOf } from '../../../../base/errors.ts';
import { nothingInherited } from '../../../../base/inheritedfiles.ts';
import { feed } from '../feed.ts';

export interface RunRequest {
  readonly argv: readonly [string, ...string[]];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Absent: no deadline. */
  readonly timeoutMs?: number;
  /** Absent: the program reads nothing. */
  readonly stdin?: AsyncIterable<Buffer>;
  readonly clock: Clock;
  readonly signal?: AbortSignal;
  /** Called with the leader of the program's process group. */
  readonly onStart?: (pid: number) => void;
  /** Called with pieces of output as they come. Reading stops while a returned promise is pending. */
  readonly onOutput: (piece: Buffer, from: 'stdout' | 'stderr') => Promise<void> | undefined | void;
}

export type RunOutcome =
  | { readonly type: 'exited'; readonly exitCode: number }
  | { readonly type: 'timeout' }
  | { readonly type: 'aborted' }
  | { readonly type: 'error'; readonly message: string };

/** A process that left the program's group may hold the pipes open after its end: they are read until they have been quiet for so long. */
const QUIET_MS = 200;

/**
 * Ties the group to this process: nothing is ever written to its standard input, so that reading ends when the process that holds the other
 * end does; then the group is killed. What the program itself reads comes from `input`.
 */
const tie = (input: string): string => `exec 4<&0 ${input}
{ read -r end <&4; kill -KILL 0; } >/dev/null 2>&1 &
exec 4<&-
"$@"`;
const TIE = tie('</dev/null');
const TIE_WITH_INPUT = tie('0<&3 3<&-');

/**
 * Runs a program in its own process group to its end; a deadline, an abort or the end of this process, however it ends, kills the whole group.
 * It inherits no open file of ours. Never rejects.
 */
export function runToEnd(request: RunRequest): Promise<RunOutcome> {
  const { argv, cwd, env, timeoutMs, clock, signal, stdin: input } = request;
  return new Promise((resolve) => {
    const tied = ['-c', input ? TIE_WITH_INPUT : TIE, 'pilotage-tie', ...argv];
    const others = nothingInherited();
    const child = spawn('/bin/sh', tied, {
      cwd,
      env,
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe', ...(input ? ['pipe' as const, ...others.slice(1)] : others)],
    }) as ChildProcessWithoutNullStreams;
    const { stdin, stdout, stderr } = child;
    if (child.pid !== undefined) request.onStart?.(child.pid);
    /** Pieces of output that have not been taken yet. */
    let pending = 0;
    let pieces = 0;
    let onTaken = () => {};
    let late: RunOutcome = { type: 'timeout' };
    const cancelDeadline = timeoutMs === undefined ? () => {} : clock.after(timeoutMs, () => end(late));
    let cancelQuiet = () => {};
    let isOver = false;
    const end = (outcome: RunOutcome) => {
      if (isOver) return;
      isOver = true;
      cancelDeadline();
      cancelQuiet();
      forget();
      killGroup(child.pid, 'SIGKILL');
      for (const stream of child.stdio) stream?.destroy();
      resolve(outcome);
    };
    const forget = onAbort(signal, () => end({ type: 'aborted' }));
    const forward = (stream: Readable, from: 'stdout' | 'stderr') =>
      stream.on('data', (piece: Buffer) => {
        pieces += 1;
        const taken = request.onOutput(piece, from);
        if (!taken) return;
        pending += 1;
        stream.pause();
        taken
          .then(
            () => stream.resume(),
            () => stream.destroy(),
          )
          .finally(() => {
            pending -= 1;
            if (pending === 0) onTaken();
          });
      });
    forward(stdout, 'stdout');
    forward(stderr, 'stderr');
    if (input) void feed(input, child.stdio[3] as Writable);
    stdin.on('error', () => {});
    child.on('error', (error) => end({ type: 'error', message: error.message }));
    child.on('exit', (code, name) => {
      const outcome: RunOutcome = { type: 'exited', exitCode: exitCodeOf(code, name) };
      killGroup(child.pid, 'SIGKILL');
      // A process that left the group may write for ever; the program itself was in time.
      late = outcome;
      // Node lets streams flow when their process ends: the pipes may be closed while what was read of them still waits to be taken.
      child.on('close', () => {
        cancelQuiet();
        onTaken = () => end(outcome);
        if (pending === 0) end(outcome);
      });
      const waitForQuiet = () => {
        const before = pieces;
        const decide = () => (pending > 0 || pieces > before ? waitForQuiet() : end(outcome));
        // A busy loop is late for its timers: it looks at the pipes once more, which it does between two immediates.
        cancelQuiet = clock.after(QUIET_MS, () => setImmediate(() => setImmediate(decide)));
      };
      waitForQuiet();
    });
  });
}

/** As a shell counts it: 128 + the signal's number. */
function exitCodeOf(code: number | null, signal: NodeJS.Signals | null): number {
  if (code !== null) return code;
  return 128 + (signal ? (constants.signals[signal] ?? 0) : 0);
}

/** To every process of the group that `leader` leads. */
export function killGroup(leader: number | undefined, signal: NodeJS.Signals): void {
  if (leader === undefined) return;
  try {
    process.kill(-leader, signal);
  } catch (error) {
    // ESRCH: nobody is left. EPERM: on some systems, only zombies are.
    if (errnoOf(error) !== 'ESRCH' && errnoOf(error) !== 'EPERM') throw error;
  }
}
