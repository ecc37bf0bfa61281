import { Duplex } from 'node:stream';
import { StreamError } from '../../link/failure.ts';
import { CHANNEL } from '../../link/frame.ts';
import type { LinkStream } from '../../link/stream.ts';

/** The two halves of a connection to a port as one stream of Node. Destroying it cancels the stream of the link. */
export function linkDuplex(stream: LinkStream): Duplex {
  let wake = () => {};
  const send = (channel: number, bytes: Buffer, done: (error?: Error | null) => void) =>
    void stream.send(channel, bytes).then(() => done(), done);
  const duplex = new Duplex({
    read: () => wake(),
    write: (chunk: Buffer, _encoding, done) => send(CHANNEL.stdin, chunk, done),
    final: (done) => send(CHANNEL.close, Buffer.from([CHANNEL.stdin]), () => done()),
    destroy(error, done) {
      stream.reset(new StreamError('Canceled', 'the connection is closed'));
      wake();
      done(error);
    },
  });
  async function pump(): Promise<void> {
    for await (const { channel, bytes } of stream.pieces()) {
      if (duplex.destroyed) return;
      if (channel !== CHANNEL.stdout || duplex.push(bytes)) continue;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    duplex.push(null);
  }
  pump().catch((error: Error) => duplex.destroy(error));
  return duplex;
}
