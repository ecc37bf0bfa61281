import { Duplex } from 'node:stream';
import { StreamError } from '../../link/failure.ts';
import { CHANNEL } from '../../link/frame.ts';
import { createOutputPump } from '../../link/output.ts';
import type { LinkStream } from '../../link/stream.ts';

/** The two halves of a connection to a port as one stream of Node. Destroying it cancels the stream of the link. */
export function linkDuplex(stream: LinkStream): Duplex {
  const output = createOutputPump(stream);
  const send = (channel: number, bytes: Buffer, done: (error?: Error | null) => void) =>
    void stream.send(channel, bytes).then(() => done(), done);
  const duplex = new Duplex({
    read: output.wake,
    write: (chunk: Buffer, _encoding, done) => send(CHANNEL.stdin, chunk, done),
    final: (done) => send(CHANNEL.close, Buffer.from([CHANNEL.stdin]), () => done()),
    destroy(error, done) {
      stream.reset(new StreamError('Canceled', 'the connection is closed'));
      output.wake();
      done(error);
    },
  });
  output.into(duplex).catch((error: Error) => duplex.destroy(error));
  return duplex;
}
