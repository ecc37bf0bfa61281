import type { Clock } from '../../../../../base/clock.ts';
import type { Problem } from '../../../../../base/errors.ts';
import { showOutput } from '../../buildoutput.ts';
import type { Workshop } from '../confinement/workshop.ts';
import { type RunOutcome, runToEnd } from '../spawn.ts';
import { BUILD_LIMITS, type BuildLimits, watchLimits } from './buildlimits.ts';

export interface BuildRun {
  readonly ref: string;
  readonly build: string;
  readonly workshop: Workshop;
  readonly env: Readonly<Record<string, string>>;
  readonly deadlineMs: number;
  readonly onOutput: (line: string) => void;
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly limits?: BuildLimits;
}

/**
 * Limits of each process, which the kernel holds: data (4 GiB of memory that it may write to), the size of a file (4 GiB), and
 * how many processes its user may have, where that is a user of its own. A shell that does not know one goes without it.
 */
const LIMITED = `(ulimit -d 4194304) 2>/dev/null && ulimit -d 4194304
(ulimit -f 8388608) 2>/dev/null && ulimit -f 8388608
if [ -n "$PILOTAGE_BUILD_USER" ]; then
  if (ulimit -u 1024) 2>/dev/null; then ulimit -u 1024; elif (ulimit -p 1024) 2>/dev/null; then ulimit -p 1024; fi
fi
unset PILOTAGE_BUILD_USER
exec /bin/sh -c "$1"`;

/** Runs the build command; undefined when it succeeded. */
export async function runBuild(run: BuildRun): Promise<Problem | undefined> {
  const output = showOutput({ show: run.onOutput });
  const limits = watchLimits({ limits: BUILD_LIMITS, ...run, dir: run.workshop.place });
  const outcome = await runToEnd({
    ...run.workshop.command(['/bin/sh', '-c', LIMITED, 'pilotage-build', run.build], run.env),
    timeoutMs: run.deadlineMs,
    clock: run.clock,
    signal: limits.signal,
    onStart: limits.started,
    onOutput(piece) {
      limits.printed(piece.length);
      if (!limits.exceeded()) output.add(piece);
    },
  });
  limits.stop();
  output.end();
  const exceeded = limits.exceeded();
  if (outcome.type === 'exited' && outcome.exitCode === 0) return undefined;
  return {
    reason: outcome.type === 'aborted' && !exceeded ? 'ImageBuildAborted' : 'ImageBuildFailed',
    message: `Building image ${run.ref} failed: \`${run.build}\` ${exceeded ?? how(outcome, run.deadlineMs)}.`,
    details: output.tail(),
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
