import { onAbort } from '../../../base/abort.ts';
import { problemOf } from '../../../base/errors.ts';
import { StreamError } from '../../link/failure.ts';
import { CHANNEL } from '../../link/frame.ts';
import type { LinkStream } from '../../link/stream.ts';

/** Opens a connection to a port of the pod. Rejects with StatusError. */
export type DialPort = (port: number, signal: AbortSignal) => Promise<LinkStream>;

/** One connection that a client wants forwarded. */
export interface ForwardClient {
  readonly port: number;
  /** Aborts when the client, or this connection of it, is gone. */
  readonly signal: AbortSignal;
  input(): AsyncIterable<Buffer>;
  /** Resolves when more may follow, or nobody listens any more. */
  send(bytes: Buffer): Promise<void>;
  /** `problem` in the kubelet's words; left out: the pod has closed its end. */
  finish(problem?: string): void;
}

/** Joins a client and a port of a pod until both have finished, or one breaks. Never rejects. */
export async function serveForward(dial: DialPort, client: ForwardClient): Promise<void> {
  const { port, signal } = client;
  try {
    const stream = await dial(port, signal);
    const forget = onAbort(signal, () => stream.reset(new StreamError('Canceled', 'the client is gone')));
    void forwardInput(stream, client);
    try {
      for await (const { channel, bytes } of stream.pieces())
        if (channel === CHANNEL.stdout) await client.send(bytes);
    } finally {
      forget();
    }
    client.finish();
  } catch (error) {
    client.finish(`error forwarding port ${port} to the pod: ${problemOf(error).message}`);
  }
}

/** Never rejects: what breaks ends the output too. */
async function forwardInput(stream: LinkStream, client: ForwardClient): Promise<void> {
  try {
    for await (const bytes of client.input()) await stream.send(CHANNEL.stdin, bytes);
    await stream.send(CHANNEL.close, Buffer.from([CHANNEL.stdin]));
  } catch {
    if (!stream.signal.aborted)
      stream.reset(new StreamError('Canceled', 'the client has broken the connection'));
  }
}
