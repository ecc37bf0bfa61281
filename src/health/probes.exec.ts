import type { ProbeResult } from './probes.ts';

/** How a command in the container ended, as the runtime reports it. */
export type CommandOutcome =
  | { readonly type: 'exited'; readonly exitCode: number; readonly output: string }
  | { readonly type: 'timeout'; readonly output: string }
  | { readonly type: 'error'; readonly message: string };

/**
 * Exit code 0 is a success. A timeout is a failure (ExecProbeTimeout, on since 1.20); so is a command that does not exist, because
 * waiting does not help.
 */
export function probeExec(outcome: CommandOutcome, timeoutMs: number): ProbeResult {
  switch (outcome.type) {
    case 'exited':
      return outcome.exitCode === 0
        ? { type: 'success', message: outcome.output }
        : { type: 'failure', message: outcome.output.trim() || `command exited with ${outcome.exitCode}` };
    case 'timeout':
      return { type: 'failure', message: `command timed out after ${timeoutMs / 1000}s` };
    case 'error':
      return { type: 'failure', message: outcome.message };
  }
}
