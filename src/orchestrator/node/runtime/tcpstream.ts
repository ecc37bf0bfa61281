import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { onAbort } from '../../../base/abort.ts';
import type { Stream } from './streams.ts';

/** Resolves when connected; rejects with the system's error. */
export function connectTo(host: string, port: number, signal: AbortSignal): Promise<Stream> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, allowHalfOpen: true });
    socket.once(
      'close',
      onAbort(signal, () => socket.destroy()),
    );
    socket.once('error', reject);
    socket.once('connect', () => resolve(streamOf(socket)));
    if (signal.aborted) socket.destroy(new Error('canceled'));
  });
}

function streamOf(duplex: Duplex): Stream {
  return {
    output: duplex,
    write: (bytes) =>
      new Promise((resolve, reject) => {
        duplex.write(bytes, (error) => (error ? reject(error) : resolve()));
      }),
    end: () => void duplex.end(),
    destroy: () => void duplex.destroy(),
  };
}
