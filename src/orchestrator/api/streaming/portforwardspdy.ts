import type { Duplex } from 'node:stream';
import type { Clock } from '../../../base/clock.ts';
import { type SpdyStream, serveSpdy } from '../spdy/connection.ts';
import { type DialPort, serveForward } from './portforward.ts';

/** The protocol of streams inside SPDY (kubelet `cri-streaming/portforward/constants.go`). */
export const PORT_FORWARD_PROTOCOL = 'portforward.k8s.io';
/** SPDY in the messages of a WebSocket (KEP-4006). */
export const TUNNEL_PROTOCOL = `SPDY/3.1+${PORT_FORWARD_PROTOCOL}`;

/** kubelet `DefaultStreamCreationTimeout`. */
const PAIR_MS = 30_000;

interface Pair {
  readonly data?: SpdyStream;
  readonly error?: SpdyStream;
}

/**
 * Serves port-forward as kubectl asks for it: for each connection a pair of streams, `data` and `error`, that name the port and
 * belong together by `requestid`. Resolves when the client is gone. Never rejects.
 */
export function serveSpdyForward(duplex: Duplex, dial: DialPort, clock: Clock): Promise<void> {
  const pairs = new Map<string, Pair>();
  const connection = serveSpdy(duplex, clock, (stream) => {
    const { streamtype: type, port: text = '' } = stream.headers;
    const port = Number(text);
    const isPort = /^\d+$/.test(text) && port > 0 && port <= 65_535;
    if (!isPort || (type !== 'data' && type !== 'error')) return stream.reset();
    const id = requestIdOf(stream, type);
    const known = pairs.get(id) ?? {};
    if (known[type]) return stream.reset();
    const pair: Pair = { ...known, [type]: stream };
    const { data, error } = pair;
    if (data && error) {
      pairs.delete(id);
      void forwardPair(data, error, port);
    } else {
      pairs.set(id, pair);
      clock.after(PAIR_MS, () => expire(id, pair));
    }
  });

  function expire(id: string, pair: Pair): void {
    if (pairs.get(id) !== pair) return;
    pairs.delete(id);
    pair.data?.reset();
    pair.error?.reset();
  }

  async function forwardPair(data: SpdyStream, error: SpdyStream, port: number): Promise<void> {
    await serveForward(dial, {
      port,
      signal: connection.signal,
      input: () => data.input(),
      send: (bytes) => data.write(bytes),
      finish(problem) {
        if (problem !== undefined) void error.write(Buffer.from(problem));
        data.end();
        error.end();
        if (problem !== undefined) data.reset();
      },
    });
  }

  return new Promise((resolve) => connection.signal.addEventListener('abort', () => resolve()));
}

/** Old clients leave it out, and open the streams of a connection one after the other. */
function requestIdOf({ headers, id }: SpdyStream, type: 'data' | 'error'): string {
  return headers.requestid || String(type === 'error' ? id : id - 2);
}
