import { request } from 'node:https';
import { Duplex } from 'node:stream';
import type { StreamWorld } from './world.ts';

/** What kubectl does: bytes in binary messages of a WebSocket, whose subprotocol `ws` refuses to offer. The mask is zero, which changes nothing. */
export function tunnelTo({ server, tls }: StreamWorld, path: string, protocol: string): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const headers = {
      Connection: 'Upgrade',
      Upgrade: 'websocket',
      'Sec-WebSocket-Version': '13',
      'Sec-WebSocket-Key': Buffer.alloc(16).toString('base64'),
      'Sec-WebSocket-Protocol': protocol,
    };
    const asked = request({ ...tls, host: '127.0.0.1', port: server.port, path, headers });
    asked.on('upgrade', (response, socket, head) => {
      if (response.headers['sec-websocket-protocol'] !== protocol) reject(new Error('another protocol'));
      resolve(unframed(socket, head));
    });
    asked.on('error', reject);
    asked.end();
  });
}

function unframed(socket: Duplex, head: Buffer): Duplex {
  let buffered = head;
  const duplex = new Duplex({
    read() {},
    write(chunk: Buffer, _encoding, done) {
      const header = Buffer.alloc(8);
      header.writeUInt16BE(0x82_fe);
      header.writeUInt16BE(chunk.length, 2);
      socket.write(Buffer.concat([header, chunk]), () => done());
    },
    destroy(error, done) {
      socket.destroy();
      done(error);
    },
  });
  socket.on('error', () => {});
  socket.on('close', () => duplex.destroy());
  socket.on('data', (chunk: Buffer) => {
    buffered = Buffer.concat([buffered, chunk]);
    for (;;) {
      const short = (buffered[1] ?? 0) < 126;
      const start = short ? 2 : 4;
      if (buffered.length < start) return;
      const end = start + (short ? (buffered[1] ?? 0) : buffered.readUInt16BE(2));
      if (buffered.length < end) return;
      duplex.push(buffered.subarray(start, end));
      buffered = buffered.subarray(end);
    }
  });
  return duplex;
}
