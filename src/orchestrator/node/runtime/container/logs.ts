import type { IncomingMessage } from 'node:http';
import { type Clock, sleep } from '../../../../base/clock.ts';
import { limited } from '../limited.ts';
import type { LogOptions } from '../runtime.ts';
import { FALLBACK } from '../terminationmessage.ts';
import type { Engine, LogRequest } from './engine/engine.ts';
import { outputs, plainOutputs } from './engine/frames.ts';
import { isGone } from './engine/http.ts';

/** A container as the readers of its log need it. */
interface Logged {
  readonly name: string;
  /** It has a terminal, whose output is one stream. */
  readonly tty: boolean;
}

/** The log of a container as the engine keeps it, which outlives the agent; with `follow`, until the container ends. */
export async function* readLogs(
  engine: Engine,
  clock: Clock,
  container: Logged,
  options: LogOptions,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  const pieces = written(engine, container, requestOf(options, clock.now()), signal);
  yield* options.limitBytes === undefined ? pieces : limited(pieces, options.limitBytes);
}

/** The engine takes "no lines" for "all of them" in places: those from now on are none of those before. */
function requestOf({ follow, timestamps, sinceTime, tailLines }: LogOptions, now: number): LogRequest {
  const since = tailLines === 0 ? now : sinceTime === undefined ? undefined : Date.parse(sinceTime);
  return {
    follow,
    timestamps,
    ...(since === undefined ? {} : { since: (since / 1000).toFixed(3) }),
    ...(tailLines ? { tail: tailLines } : {}),
  };
}

async function* written(
  engine: Engine,
  { name, tty }: Logged,
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

/** How often the end of a log is asked for, and how long apart: a loaded engine may fail, or say that it has ended before its log is written. */
const TAIL = { tries: 3, apartMs: 100 };

/** The end of what a container that has ended printed; empty where it printed nothing, or the engine does not have it any more. */
export async function tailOf(engine: Engine, clock: Clock, container: Logged): Promise<string> {
  for (let tries = 1; ; tries++) {
    const { isOver, text } = await lastLines(engine, container).then(
      (text) => ({ text, isOver: text !== '' }),
      // The exit code alone has to do.
      (error: unknown) => ({ text: '', isOver: isGone(error) }),
    );
    if (isOver || tries === TAIL.tries) return text;
    await sleep(clock, TAIL.apartMs);
  }
}

async function lastLines(engine: Engine, { name, tty }: Logged): Promise<string> {
  const options = { follow: false, timestamps: false, tail: FALLBACK.lines };
  const answer = await engine.logs(name, options, new AbortController().signal);
  const pieces: Buffer[] = [];
  for await (const { bytes } of outputOf(answer, tty)) pieces.push(bytes);
  return Buffer.concat(pieces).subarray(-FALLBACK.bytes).toString().trimEnd();
}
