import { connect, type Socket } from 'node:net';
import type { Backend } from './route.ts';

export const HALF_OPEN_MS = 5 * 60_000;

/** A pod of another machine. */
export interface FarBackend {
  readonly node: string;
  /** Its uid. */
  readonly pod: string;
  readonly host: string;
  readonly port: number;
  readonly timeoutMs: number;
  readonly allowHalfOpen: boolean;
}

export interface ForwardOptions {
  /** Timeout of a connection attempt, after which the next backend is tried. */
  readonly connectTimeoutMs: number;
  /** Called when a connection attempt begins; the returned function is called when it has ended, either way. */
  readonly attempt: (backend: Backend) => () => void;
  /** Whether the process that answers there is the backend; called before and after connecting. */
  readonly isAnswered: (backend: Backend) => boolean;
  /** Connects to a pod of another machine; undefined where it does not take the connection. Default: none does. */
  readonly carry?: (to: FarBackend) => Promise<Socket | undefined>;
  /** Whether the connection outlives the end of what the backend sends; default: it does. */
  readonly allowHalfOpen?: boolean;
}

/**
 * Connects a client to the first of `backends` that accepts. The client is not read before that, so no byte is
 * lost to an absent backend. Ends, resets and back-pressure pass through in both directions.
 * Resolves with the backend, or undefined when none accepted (the client is reset) or the client left.
 */
export async function forward(
  client: Socket,
  backends: readonly Backend[],
  options: ForwardOptions,
): Promise<Backend | undefined> {
  // Without a listener, the error of a client that disconnects early would end the process.
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

/** The connection, unless the backend has ended meanwhile and another process took its place. */
export async function reached(
  backend: Backend,
  options: Omit<ForwardOptions, 'attempt'>,
): Promise<Socket | undefined> {
  const { elsewhere, host, port, podUid: pod } = backend;
  if (elsewhere?.far) {
    const { connectTimeoutMs: timeoutMs, allowHalfOpen = true, carry } = options;
    return carry?.({ node: elsewhere.node, pod, host, port, timeoutMs, allowHalfOpen });
  }
  const upstream = await dial(backend, options);
  if (!upstream || options.isAnswered(backend)) return upstream;
  upstream.destroy();
  return undefined;
}

export function dial(
  { host, port }: Pick<Backend, 'host' | 'port'>,
  {
    connectTimeoutMs: timeout,
    allowHalfOpen = true,
  }: Pick<ForwardOptions, 'connectTimeoutMs' | 'allowHalfOpen'>,
): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, allowHalfOpen, noDelay: true, timeout });
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

/** Carries bytes both ways until both sides have ended. */
export function join(client: Socket, upstream: Socket): void {
  // A failure of one side resets the other: a clean end could be mistaken for a complete answer.
  upstream.on('error', () => client.resetAndDestroy());
  client.on('error', () => upstream.resetAndDestroy());
  upstream.once('close', () => client.destroySoon());
  client.once('close', () => upstream.destroySoon());
  for (const side of [client, upstream]) {
    side.once('end', () => {
      // The opposite direction may stay open for long, but not idle forever: its peer may be gone.
      for (const half of [client, upstream]) half.setTimeout(HALF_OPEN_MS, () => half.resetAndDestroy());
    });
  }
  // pipe() ends the other side when this one ends, and leaves the opposite direction open.
  client.pipe(upstream);
  upstream.pipe(client);
}
