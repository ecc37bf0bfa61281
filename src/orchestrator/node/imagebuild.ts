import type { Clock } from '../../base/clock.ts';
import type { Problem } from '../../base/errors.ts';
import { type RunOutcome, runToEnd } from './spawn.ts';

export interface BuildRun {
  readonly ref: string;
  readonly build: string;
  readonly dir: string;
  readonly env: Readonly<Record<string, string>>;
  readonly deadlineMs: number;
  readonly onOutput: (line: string) => void;
  readonly signal: AbortSignal;
  readonly clock: Clock;
}

/** Lines of output that a failure repeats: the end is where tools say what went wrong. */
const TAIL = 20;

/** Runs the build command; undefined when it succeeded. */
export async function runBuild(run: BuildRun): Promise<Problem | undefined> {
  const tail: string[] = [];
  const lines = splitLines((line) => {
    tail.push(line);
    if (tail.length > TAIL) tail.shift();
    run.onOutput(line);
  });
  const outcome = await runToEnd({
    argv: ['/bin/sh', '-c', run.build],
    cwd: run.dir,
    env: run.env,
    timeoutMs: run.deadlineMs,
    clock: run.clock,
    signal: run.signal,
    onOutput: lines.add,
  });
  lines.end();
  if (outcome.type === 'exited' && outcome.exitCode === 0) return undefined;
  return {
    reason: outcome.type === 'aborted' ? 'ImageBuildAborted' : 'ImageBuildFailed',
    message: `Building image ${run.ref} failed: \`${run.build}\` ${how(outcome, run.deadlineMs)}.`,
    details: tail,
    remedy: 'What runs goes on running. Repair the build and push again.',
  };
}

function how(outcome: RunOutcome, deadlineMs: number): string {
  switch (outcome.type) {
    case 'exited':
      return `ended with exit code ${outcome.exitCode}`;
    case 'timeout':
      return `did not end within ${Math.round(deadlineMs / 1000)} s`;
    case 'aborted':
      return 'was called off';
    case 'error':
      return `could not be run: ${outcome.message}`;
  }
}

function splitLines(tell: (line: string) => void): { add(piece: Buffer): void; end(): void } {
  const decoder = new TextDecoder();
  let rest = '';
  return {
    add(piece) {
      const parts = (rest + decoder.decode(piece, { stream: true })).split(/\r?\n/);
      rest = parts.pop() ?? '';
      for (const part of parts) tell(part);
    },
    end() {
      if (rest) tell(rest);
    },
  };
}
