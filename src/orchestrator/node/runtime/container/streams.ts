import type { Duplex } from 'node:stream';
import { onAbort } from '../../../../base/abort.ts';
import type { Clock } from '../../../../base/clock.ts';
import { errnoOf } from '../../../../base/errors.ts';
import { feed } from '../feed.ts';
import type { AttachRequest, TerminalSize } from '../runtime.ts';
import { outputs, plainOutputs } from './engine/frames.ts';

export interface Joined {
  readonly connection: Duplex;
  readonly tty: boolean;
  readonly resize: (size: TerminalSize) => Promise<void>;
  readonly timeoutMs?: number;
  readonly clock: Clock;
}

/** `error`: a reader of ours has failed. */
export type StreamEnd = 'ended' | 'timeout' | 'canceled' | { readonly error: unknown };

/** Carries bytes between a client and the streams of a container until either is done. Never rejects. */
export function carry({ stdin, sizes, onStdout, onStderr, signal }: AttachRequest, joined: Joined) {
  const { connection, tty, resize, timeoutMs, clock } = joined;
  connection.on('error', () => {});
  return new Promise<StreamEnd>((resolve) => {
    const finish = (end: StreamEnd) => {
      cancelDeadline();
      forget();
      connection.destroy();
      resolve(end);
    };
    const cancelDeadline =
      timeoutMs === undefined ? () => {} : clock.after(timeoutMs, () => finish('timeout'));
    const forget = onAbort(signal, () => finish('canceled'));
    if (stdin) void feed(stdin, connection);
    if (sizes && tty) void follow(sizes, resize);
    const read = async () => {
      for await (const { from, bytes } of tty ? plainOutputs(connection) : outputs(connection))
        await (from === 'stdout' ? onStdout : onStderr)?.(bytes);
    };
    read().then(
      () => finish('ended'),
      (error: unknown) => finish(isCut(error) ? 'ended' : { error }),
    );
  });
}

/** The engine may close a connection before it has ended it, when the container has ended. */
const isCut = (error: unknown): boolean => ['ECONNRESET', 'EPIPE'].includes(errnoOf(error) ?? '');

async function follow(
  sizes: AsyncIterable<TerminalSize>,
  resize: (size: TerminalSize) => Promise<void>,
): Promise<void> {
  try {
    for await (const size of sizes) await resize(size);
  } catch {
    // The client is gone, or the program.
  }
}
