import { request } from 'node:https';
import type { Duplex } from 'node:stream';
import {
  controlFrame,
  createFrameReader,
  dataFrame,
  words,
} from '../../../../src/orchestrator/api/spdy/frames.ts';
import { createHeaderCodec, type Headers } from '../../../../src/orchestrator/api/spdy/headers.ts';
import type { StreamWorld } from './world.ts';

/** The client's end of SPDY/3.1, as small as it can be. */
export interface SpdyClient {
  /** Opens the next stream; resolves with its number. */
  open(headers: Headers): Promise<number>;
  send(stream: number, text: string | Buffer, isLast?: boolean): void;
  control(type: number, ...numbers: readonly number[]): void;
  /** Texts of each stream so far. */
  readonly texts: Map<number, string>;
  /** Streams whose other half has ended or was reset. */
  readonly ended: Set<number>;
  readonly reset: Set<number>;
  readonly controls: number[];
  readonly duplex: Duplex;
  readonly closed: Promise<void>;
}

/** Asks for an upgrade as client-go does; rejects with the Status's message when it is refused. */
export function upgradeToSpdy(
  { server, tls }: StreamWorld,
  path: string,
  protocols: string[],
): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const asked = request({
      ...tls,
      host: '127.0.0.1',
      port: server.port,
      method: 'POST',
      path,
      headers: { Connection: 'Upgrade', Upgrade: 'SPDY/3.1', 'X-Stream-Protocol-Version': protocols },
    });
    asked.on('upgrade', (response, socket) => {
      socket.on('error', () => {});
      Object.assign(socket, { protocol: response.headers['x-stream-protocol-version'] });
      resolve(socket);
    });
    asked.on('response', async (response) => {
      let body = '';
      for await (const chunk of response) body += chunk;
      reject(new Error(JSON.parse(body).message));
    });
    asked.on('error', reject);
    asked.end();
  });
}

export function spdyClientOn(duplex: Duplex): SpdyClient {
  const codec = createHeaderCodec();
  const [texts, ended, reset, controls] = [
    new Map<number, string>(),
    new Set<number>(),
    new Set<number>(),
    [] as number[],
  ];
  let next = -1;
  const read = createFrameReader();
  duplex.on('data', (chunk: Buffer) => {
    for (const frame of read(chunk)) {
      if (frame.type === 'control') {
        controls.push(frame.control);
        if (frame.control === 3) reset.add(frame.payload.readUInt32BE(0));
        continue;
      }
      texts.set(frame.stream, (texts.get(frame.stream) ?? '') + frame.bytes);
      if (frame.isLast) ended.add(frame.stream);
    }
  });
  return {
    async open(headers) {
      next += 2;
      const id = next;
      const block = await codec.encode(headers);
      duplex.write(controlFrame(1, Buffer.concat([words(id, 0), Buffer.alloc(2), block])));
      return id;
    },
    send: (stream, text, isLast = false) => void duplex.write(dataFrame(stream, Buffer.from(text), isLast)),
    control: (type, ...numbers) => void duplex.write(controlFrame(type, words(...numbers))),
    texts,
    ended,
    reset,
    controls,
    duplex,
    closed: new Promise((resolve) => duplex.once('close', resolve)),
  };
}
