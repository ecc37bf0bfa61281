import { Duplex } from 'node:stream';
import type { MessageSocket } from './websocket.ts';

/** The bytes of a WebSocket's messages as one stream: what kubectl tunnels SPDY in (KEP-4006). */
export function tunnel(socket: MessageSocket): Duplex {
  let wake = () => {};
  const duplex = new Duplex({
    read: () => wake(),
    write(chunk: Buffer, _encoding, done) {
      void socket.send(chunk).then(() => done());
    },
    final(done) {
      socket.close();
      done();
    },
    destroy(error, done) {
      socket.close();
      wake();
      done(error);
    },
  });
  async function pump(): Promise<void> {
    for await (const message of socket.messages()) {
      if (duplex.destroyed) return;
      if (duplex.push(message)) continue;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    duplex.push(null);
  }
  void pump();
  return duplex;
}
