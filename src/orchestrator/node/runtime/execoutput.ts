import type { ExecOutcome, PodRuntime } from './runtime.ts';
import type { ContainerRef } from './spec.ts';

/** kubelet `pkg/probe`: the output of a command is read up to here. */
const OUTPUT_BYTES = 10 * 1024;

export type OutputOutcome =
  | { readonly type: 'exited'; readonly exitCode: number; readonly output: string }
  | { readonly type: 'timeout'; readonly output: string }
  | { readonly type: 'error'; readonly message: string };

/** Runs a command in a container for its exit code and the beginning of its output, standard output and error as they come. */
export async function execForOutput(
  runtime: Pick<PodRuntime, 'exec'>,
  ref: ContainerRef,
  command: readonly string[],
  timeoutMs: number,
): Promise<OutputOutcome> {
  const output = boundedText(OUTPUT_BYTES);
  const outcome: ExecOutcome = await runtime.exec(ref, {
    command,
    timeoutMs,
    onStdout: output.add,
    onStderr: output.add,
  });
  switch (outcome.type) {
    case 'exited':
    case 'timeout':
      return { ...outcome, output: output.text() };
    case 'canceled':
      return { type: 'error', message: 'the command was canceled' };
    case 'error':
      return outcome;
  }
}

function boundedText(limit: number): { add(piece: Buffer): undefined; text(): string } {
  const pieces: Buffer[] = [];
  let size = 0;
  return {
    add(piece) {
      if (size >= limit) return;
      pieces.push(piece.subarray(0, limit - size));
      size += piece.length;
    },
    text: () => Buffer.concat(pieces).toString('utf8'),
  };
}
