import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { constants } from 'node:os';
import { onAbort } from '../../../../base/abort.ts';
import type { Clock } from '../../../../base/clock.ts';
import { errnoOf } from '../../../../base/errors.ts';
import { nothingInherited } from '../../../../base/inherited.ts';

export interface RunRequest {
  readonly argv: readonly [string, ...string[]];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly signal?: AbortSignal;
  /** Told the leader of the program's process group. */
  readonly onStart?: (pid: number) => void;
  /** Called with pieces of output as they come. */
  readonly onOutput: (piece: Buffer) => void;
}

export type RunOutcome =
  | { readonly type: 'exited'; readonly exitCode: number }
  | { readonly type: 'timeout' }
  | { readonly type: 'aborted' }
  | { readonly type: 'error'; readonly message: string };

/** How long pipes that somebody else holds open are read after the program's end. */
const DRAIN_MS = 200;

/** Nothing is ever written to its stdin, so that reading ends when the process that holds the other end does; then the group is killed. */
const TIE = `exec 3<&0 </dev/null
{ read -r end <&3; kill -KILL 0; } >/dev/null 2>&1 &
exec 3<&-
"$@"`;

/**
 * Runs a program in its own process group to its end; a deadline, an abort or the end of this process, however it ends, kills the whole group.
 * It is born with no open file of ours. Never rejects.
 */
export function runToEnd(request: RunRequest): Promise<RunOutcome> {
  const { argv, cwd, env, timeoutMs, clock, signal, onOutput } = request;
  return new Promise((resolve) => {
    const tied = ['-c', TIE, 'pilotage-tie', ...argv];
    const child = spawn('/bin/sh', tied, {
      cwd,
      env,
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe', ...nothingInherited()],
    }) as ChildProcessWithoutNullStreams;
    const { stdin, stdout, stderr } = child;
    if (child.pid !== undefined) request.onStart?.(child.pid);
    let cancel = clock.after(timeoutMs, () => end({ type: 'timeout' }));
    const end = (outcome: RunOutcome) => {
      cancel();
      forget();
      killGroup(child.pid, 'SIGKILL');
      stdin.destroy();
      stdout.destroy();
      stderr.destroy();
      resolve(outcome);
    };
    const forget = onAbort(signal, () => end({ type: 'aborted' }));
    stdout.on('data', onOutput);
    stderr.on('data', onOutput);
    child.on('error', (error) => end({ type: 'error', message: error.message }));
    child.on('exit', (code, name) => {
      const outcome: RunOutcome = { type: 'exited', exitCode: exitCodeOf(code, name) };
      killGroup(child.pid, 'SIGKILL');
      // What is in the pipes is read first; a grandchild that left the group may hold them open for ever.
      cancel();
      cancel = clock.after(DRAIN_MS, () => end(outcome));
      child.on('close', () => end(outcome));
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
