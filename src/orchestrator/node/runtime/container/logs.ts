import type { IncomingMessage } from 'node:http';
import { limited } from '../limited.ts';
import type { LogOptions } from '../runtime.ts';
import type { Engine, LogRequest } from './engine/engine.ts';
import { outputs, plainOutputs } from './engine/frames.ts';

/** The log of a container as the engine keeps it, which outlives the agent; with `follow`, until the container ends. */
export async function* readLogs(
  engine: Engine,
  container: { readonly name: string; readonly tty: boolean },
  options: LogOptions,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  const pieces = written(engine, container, requestOf(options, new Date()), signal);
  yield* options.limitBytes === undefined ? pieces : limited(pieces, options.limitBytes);
}

/** The engine takes "no lines" for "all of them" in places: those from now on are none of those before. */
function requestOf({ follow, timestamps, sinceTime, tailLines }: LogOptions, now: Date): LogRequest {
  const since = tailLines === 0 ? now : sinceTime === undefined ? undefined : new Date(sinceTime);
  return {
    follow,
    timestamps,
    ...(since ? { since: (since.getTime() / 1000).toFixed(3) } : {}),
    ...(tailLines ? { tail: tailLines } : {}),
  };
}

async function* written(
  engine: Engine,
  { name, tty }: { readonly name: string; readonly tty: boolean },
  request: LogRequest,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  if (signal.aborted) return;
  try {
    const answer = await engine.logs(name, request, signal);
    for await (const { bytes } of outputOf(answer, tty)) yield bytes;
  } catch (error) {
    // A reader that has gone is no failure.
    if (!signal.aborted) throw error;
  }
}

const outputOf = (answer: IncomingMessage, tty: boolean) => (tty ? plainOutputs(answer) : outputs(answer));

/** kubelet `pkg/kubelet/kuberuntime`: what FallbackToLogsOnError takes of a log. */
const TAIL = { bytes: 2048, lines: 80 };

/** The end of what a container that has ended printed; empty where the engine does not have it any more. */
export async function tailOf(engine: Engine, name: string): Promise<string> {
  try {
    const options = { follow: false, timestamps: false, tail: TAIL.lines };
    const answer = await engine.logs(name, options, new AbortController().signal);
    const pieces: Buffer[] = [];
    for await (const { bytes } of outputs(answer)) pieces.push(bytes);
    return Buffer.concat(pieces).subarray(-TAIL.bytes).toString().trimEnd();
  } catch {
    // The exit code alone has to do.
    return '';
  }
}
