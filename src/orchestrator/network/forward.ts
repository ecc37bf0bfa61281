import { connect, type Socket } from 'node:net';
import type { Backend } from './route.ts';

const HALF_OPEN_MS = 5 * 60_000;

export interface ForwardOptions {
  /** An attempt to connect is given up after so long, and the next backend tried. */
  readonly connectTimeoutMs: number;
  /** Told when an attempt to connect begins; the returned function when it has ended, either way. */
  readonly attempt: (backend: Backend) => () => void;
  /** Asked before and after connecting: whether whoever answers there is the backend. */
  readonly isAnswered: (backend: Backend) => boolean;
}

/**
 * Carries one client connection to the first of `backends` that accepts it. The client is not read before that, so no byte can
 * be lost to a backend that is not there. Ends, resets and back-pressure pass through in both directions.
 * Resolves with the backend, or undefined when none accepted (the client is reset) or the client left.
 */
export async function forward(
  client: Socket,
  backends: readonly Backend[],
  options: ForwardOptions,
): Promise<Backend | undefined> {
  // Without a listener an error of a client that leaves early would end the process.
  client.on('error', () => client.destroy());
  client.setNoDelay(true);
  for (const backend of backends) {
    if (!options.isAnswered(backend)) continue;
    const ended = options.attempt(backend);
    const upstream = await reached(backend, options);
    ended();
    if (upstream && client.destroyed) upstream.destroy();
    if (client.destroyed) return undefined;
    if (upstream) {
      join(client, upstream);
      return backend;
    }
  }
  client.resetAndDestroy();
  return undefined;
}

/** The connection, unless the backend has gone meanwhile and another process took its place. */
async function reached(backend: Backend, options: ForwardOptions): Promise<Socket | undefined> {
  const upstream = await dial(backend, options.connectTimeoutMs);
  if (!upstream || options.isAnswered(backend)) return upstream;
  upstream.destroy();
  return undefined;
}

function dial({ host, port }: Backend, timeoutMs: number): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, allowHalfOpen: true, noDelay: true, timeout: timeoutMs });
    const fail = () => {
      socket.destroy();
      resolve(undefined);
    };
    socket.once('error', fail);
    socket.once('timeout', fail);
    socket.once('connect', () => {
      socket.setTimeout(0);
      socket.off('timeout', fail);
      resolve(socket);
    });
  });
}

function join(client: Socket, upstream: Socket): void {
  // A failure of one side is a reset for the other: never a clean end that could pass for a complete answer.
  upstream.on('error', () => client.resetAndDestroy());
  client.on('error', () => upstream.resetAndDestroy());
  upstream.once('close', () => client.destroySoon());
  client.once('close', () => upstream.destroySoon());
  for (const side of [client, upstream]) {
    side.once('end', () => {
      // The opposite direction may go on for long, but not stand still for ever: nobody may be there any more.
      for (const half of [client, upstream]) half.setTimeout(HALF_OPEN_MS, () => half.resetAndDestroy());
    });
  }
  // pipe() ends the other side with this one's end, and leaves the opposite direction open.
  client.pipe(upstream);
  upstream.pipe(client);
}
