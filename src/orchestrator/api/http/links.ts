import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { type Duplex, Readable } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { onAbort } from '../../../base/abort.ts';
import type { Clock } from '../../../base/clock.ts';
import type { Logger } from '../../../base/log.ts';
import { statusError } from '../../../kube/values/status.ts';
import { CHANNEL, type LinkRequest, MAX_FRAME_BYTES, readFailure } from '../../link.ts';
import type { NodeConnection, NodeConnections } from '../types.ts';

/** The server's end of link.ts: agents dial in, streams are asked for over the link and arrive on sockets of their own. */
export interface NodeLinks {
  readonly connection: NodeConnections;
  /**
   * Takes an upgrade of linkPath or streamPath over; false: the path is neither. Throws StatusError to refuse.
   * The caller has asked the authorizer whether the user may use the path.
   */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean;
  close(): void;
}

export interface NodeLinkOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Milliseconds for an agent to dial back; default 10,000. */
  readonly timeout?: number;
}

const PATH = /^\/pilotage\/v1\/nodes\/([^/]+)\/(?:link|streams\/([^/]+))$/;

/** Seconds between pings: a link whose agent has gone without a word is dropped after two. */
const PING_PERIOD = 15_000;

interface Waiting {
  readonly node: string;
  readonly arrived: (socket: WebSocket) => void;
}

export function createNodeLinks({ clock, logger, timeout = 10_000 }: NodeLinkOptions): NodeLinks {
  const sockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: MAX_FRAME_BYTES,
  });
  const links = new Map<string, WebSocket>();
  const waiting = new Map<string, Waiting>();

  function linked(node: string, link: WebSocket): void {
    // The newest wins: an agent that dials again has given the old link up.
    links.get(node)?.terminate();
    links.set(node, link);
    // Every stream that is being opened waits for the link's end too.
    link.setMaxListeners(0);
    logger.info({ node }, 'node linked');
    const stop = keepAlive(clock, link);
    link.on('error', (error) => logger.warn({ node, error: error.message }, 'node link failed'));
    link.on('close', () => {
      stop();
      if (links.get(node) === link) links.delete(node);
      logger.info({ node }, 'node link closed');
    });
  }

  function open(
    node: string,
    request: Omit<LinkRequest, 'id'>,
    signal: AbortSignal | undefined,
  ): Promise<Readable> {
    const link = links.get(node);
    if (!link) return Promise.reject(notConnected(node));
    const id = randomUUID();
    return new Promise((resolve, reject) => {
      const finish = () => {
        waiting.delete(id);
        cancel();
        link.off('close', gone);
        forget();
      };
      const fail = (error: unknown) => {
        finish();
        reject(error);
      };
      const gone = () => fail(notConnected(node));
      const cancel = clock.after(timeout, () =>
        fail(statusError('ServiceUnavailable', `node "${node}" did not answer within ${timeout / 1000} s`)),
      );
      waiting.set(id, {
        node,
        arrived(socket) {
          finish();
          resolve(opened(clock, socket, signal));
        },
      });
      link.once('close', gone);
      const forget = onAbort(signal, fail);
      link.send(JSON.stringify({ ...request, id } satisfies LinkRequest));
    });
  }

  const connections = (node: string): NodeConnection | undefined =>
    links.has(node) ? { open: (request, signal) => open(node, request, signal) } : undefined;

  return {
    connection: connections,
    upgrade(request, socket, head) {
      const [path = ''] = (request.url ?? '').split('?');
      const [, encoded, id] = PATH.exec(path) ?? [];
      if (encoded === undefined) return false;
      const node = nodeNameOf(encoded);
      const wanted = id === undefined ? undefined : waiting.get(id);
      if (id !== undefined && wanted?.node !== node) {
        throw statusError('NotFound', `no stream "${id}" is expected from node "${node}"`);
      }
      sockets.handleUpgrade(request, socket, head, (websocket) => {
        if (wanted) wanted.arrived(websocket);
        else linked(node, websocket);
      });
      return true;
    },
    close() {
      for (const link of links.values()) link.close(1001);
      for (const client of sockets.clients) client.terminate();
      sockets.close();
    },
  };
}

const notConnected = (node: string) => statusError('ServiceUnavailable', `node "${node}" is not connected`);

function keepAlive(clock: Clock, socket: WebSocket): () => void {
  let answered = true;
  socket.on('pong', () => {
    answered = true;
  });
  let cancel = clock.after(PING_PERIOD, beat);
  function beat(): void {
    if (!answered) {
      socket.terminate();
      return;
    }
    answered = false;
    socket.ping();
    cancel = clock.after(PING_PERIOD, beat);
  }
  return () => cancel();
}

/** A log may be silent for ever: an agent that has not refused for so long is taken to agree. */
const REFUSAL_WINDOW = 1000;

/** The stream once the agent has said its first word, so that a refusal can still become the answer's status. */
function opened(clock: Clock, socket: WebSocket, signal: AbortSignal | undefined): Promise<Readable> {
  return new Promise((resolve, reject) => {
    const stream = readableOf(socket, signal);
    const agreed = () => {
      cancel();
      resolve(stream);
    };
    const cancel = clock.after(REFUSAL_WINDOW, agreed);
    stream.once('error', (error) => {
      cancel();
      reject(error);
    });
    socket.once('message', (data: Buffer) => {
      if (data[0] !== CHANNEL.error) agreed();
    });
    socket.once('close', () => {
      if (!stream.errored) agreed();
    });
  });
}

/** The stdout channel of a stream as bytes; a failure that the node tells becomes the stream's error. */
function readableOf(socket: WebSocket, signal: AbortSignal | undefined): Readable {
  const stream = new Readable({
    read: () => socket.resume(),
    destroy(error, done) {
      socket.terminate();
      done(error);
    },
  });
  socket.on('message', (data: Buffer) => {
    const channel = data[0];
    const payload = data.subarray(1);
    // One socket per stream: pausing it is all the flow control that is needed.
    if (channel === CHANNEL.stdout && !stream.push(payload)) socket.pause();
    if (channel === CHANNEL.error) stream.destroy(failureOf(payload));
  });
  socket.on('close', () => stream.push(null));
  socket.on('error', (error) => stream.destroy(error));
  stream.once(
    'close',
    onAbort(signal, () => stream.destroy()),
  );
  return stream;
}

function failureOf(payload: Buffer): Error {
  const { reason, message } = readFailure(payload);
  return statusError(reason, message);
}

function nodeNameOf(encoded: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch {
    throw statusError('BadRequest', `"${encoded}" is not the name of a node`);
  }
}
