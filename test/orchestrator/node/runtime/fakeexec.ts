import type { Clock } from '../../../../src/base/clock.ts';
import type { ExecOutcome, ExecRequest } from '../../../../src/orchestrator/node/runtime/runtime.ts';
import type { ContainerRef, ContainerSpec } from '../../../../src/orchestrator/node/runtime/spec.ts';
import { isProgram } from './fakeprograms.ts';

/** A program beside those of a container that runs as `spec`; undefined: it does not. */
export async function fakeExec(
  spec: ContainerSpec | undefined,
  ref: ContainerRef,
  request: ExecRequest,
  machine: {
    readonly clock: Clock;
    readonly onExec: ((command: readonly string[]) => ExecOutcome) | undefined;
  },
): Promise<ExecOutcome> {
  const { command, stdin = [], onStdout, onStderr, timeoutMs, signal } = request;
  const [program = '', ...words] = command;
  if (!spec) return { type: 'error', message: `container ${ref.container} is not running` };
  if (machine.onExec) return machine.onExec(command);
  if (!isProgram(program)) return { type: 'error', message: `there is no program "${program}"` };
  const exited = (code: string | undefined): ExecOutcome => ({ type: 'exited', exitCode: Number(code ?? 0) });
  switch (program) {
    case 'copy':
      for await (const piece of stdin) await onStdout?.(piece);
      return exited(words[0]);
    case 'complain':
      await onStderr?.(Buffer.from(`${words[0]}\n`));
      return exited(words[1]);
    case 'show':
      await onStdout?.(Buffer.from(`${spec.env[words[0] ?? ''] ?? ''}\n`));
      return exited('0');
    case 'print':
      return exited(words[1]);
    case 'flood':
      void onStdout?.(Buffer.from('y\n'));
      return until(machine.clock, timeoutMs, signal);
    default:
      return until(machine.clock, timeoutMs, signal);
  }
}

/** Never ends by itself. */
function until(
  clock: Clock,
  timeoutMs: number | undefined,
  signal: AbortSignal | undefined,
): Promise<ExecOutcome> {
  return new Promise((resolve) => {
    if (timeoutMs !== undefined) clock.after(timeoutMs, () => resolve({ type: 'timeout' }));
    if (signal?.aborted) resolve({ type: 'canceled' });
    signal?.addEventListener('abort', () => resolve({ type: 'canceled' }), { once: true });
  });
}
