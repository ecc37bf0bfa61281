import type { IncomingMessage } from 'node:http';
import { type Duplex, Readable } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { onAbort } from '../../../base/abort.ts';
import type { Clock } from '../../../base/clock.ts';
import type { Logger } from '../../../base/log.ts';
import { StatusError, statusError } from '../../../kube/values/status.ts';
import { StreamError, streamErrorOf } from '../../link/failure.ts';
import { MAX_FRAME_BYTES } from '../../link/frame.ts';
import { createMultiplexer, type Multiplexer } from '../../link/multiplexer.ts';
import { createOutputPump } from '../../link/output.ts';
import { LINK_PROTOCOL } from '../../link/path.ts';
import { type LinkRequest, readResult } from '../../link/requests.ts';
import type { LinkStream } from '../../link/stream.ts';
import type { NodeConnection, NodeConnections } from '../types.ts';
import { carry } from './carry.ts';

/** The server's end of the link: agents dial in, and are asked over streams of that one connection. */
export interface NodeLinks {
  readonly connection: NodeConnections;
  /**
   * Takes an upgrade of linkPath over; false: it is another path. Throws StatusError to refuse.
   * The caller has asked the authorizer whether the user may use the path.
   */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean;
  close(): void;
}

export interface NodeLinkOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Milliseconds for an agent to accept a request; default 10,000. */
  readonly timeout?: number;
}

const PATH = /^\/pilotage\/v1\/nodes\/([^/]+)\/(link|carry)$/;

/** Milliseconds between pings: a link whose agent is gone without having closed it is dropped after two. */
const PING_PERIOD = 15_000;

interface Link {
  readonly socket: WebSocket;
  readonly multiplexer: Multiplexer;
}

export function createNodeLinks({ clock, logger, timeout = 10_000 }: NodeLinkOptions): NodeLinks {
  const sockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: MAX_FRAME_BYTES,
  });
  const links = new Map<string, Link>();

  function linked(node: string, socket: WebSocket): void {
    // The newest wins: an agent that dials again has given the old link up.
    links.get(node)?.socket.terminate();
    const multiplexer = createMultiplexer({
      transport: { send: (frame, sent) => socket.send(frame, sent) },
      onNonsense: () => logger.debug({ node }, 'the node sent what is not a frame'),
    });
    links.set(node, { socket, multiplexer });
    logger.info({ node }, 'node linked');
    const stop = keepAlive(clock, socket);
    socket.on('message', (data: Buffer) => multiplexer.receive(data));
    socket.on('error', (error) => logger.warn({ node, error: error.message }, 'node link failed'));
    socket.on('close', () => {
      stop();
      multiplexer.close(new StreamError('ServiceUnavailable', `the link to node "${node}" is closed`));
      if (links.get(node)?.socket === socket) links.delete(node);
      logger.info({ node }, 'node link closed');
    });
  }

  /** The other direction: what the agent asks for is opened on the link of another node. */
  function carries(node: string, socket: WebSocket): void {
    const multiplexer = createMultiplexer({
      transport: { send: (frame, sent) => socket.send(frame, sent) },
      onRequest: (request, stream) => void carry(request, stream, open),
      onNonsense: () => logger.debug({ node }, 'the node sent what is not a frame'),
    });
    const stop = keepAlive(clock, socket);
    socket.on('message', (data: Buffer) => multiplexer.receive(data));
    socket.on('error', (error) => logger.debug({ node, error: error.message }, 'carrying for a node failed'));
    socket.on('close', () => {
      stop();
      multiplexer.close(new StreamError('ServiceUnavailable', `node "${node}" is gone`));
    });
  }

  async function open(node: string, request: LinkRequest, signal?: AbortSignal): Promise<LinkStream> {
    const link = links.get(node);
    if (!link) throw statusError('ServiceUnavailable', `node "${node}" is not connected`);
    const late = new AbortController();
    const forget = onAbort(signal, (reason) => late.abort(reason));
    const cancel = clock.after(timeout, () =>
      late.abort(
        statusError('ServiceUnavailable', `node "${node}" did not answer within ${timeout / 1000} s`),
      ),
    );
    try {
      const stream = await link.multiplexer.open(request, late.signal);
      // The caller's signal goes on to cancel the stream.
      onAbort(stream.signal, forget);
      return stream;
    } catch (error) {
      forget();
      throw late.signal.reason instanceof StatusError ? late.signal.reason : refusalOf(error);
    } finally {
      cancel();
    }
  }

  function connectionOf(node: string): NodeConnection {
    return {
      open: (request, signal) => open(node, request, signal),
      read: async (request, signal) => readableOf(await open(node, request, signal), signal),
      async ask(request, signal) {
        // TypeScript does not see that the kinds' types are those of the union.
        const stream = await open(node, request as LinkRequest, signal);
        const payload = await stream.result.catch((error: unknown) => {
          throw refusalOf(error);
        });
        const result = readResult(request.type, payload);
        if (!result) throw statusError('InternalError', `node "${node}" answered what cannot be read`);
        return result;
      },
    };
  }

  return {
    connection: (node) => (links.has(node) ? connectionOf(node) : undefined),
    upgrade(request, socket, head) {
      const [path = ''] = (request.url ?? '').split('?');
      const [, encoded, what] = PATH.exec(path) ?? [];
      if (encoded === undefined) return false;
      const node = nodeNameOf(encoded);
      const protocols = (request.headers['sec-websocket-protocol'] ?? '').split(/\s*,\s*/);
      if (!protocols.includes(LINK_PROTOCOL)) {
        throw statusError(
          'BadRequest',
          `the agent of node "${node}" does not speak ${LINK_PROTOCOL}: it is of another version, restart it (pilotage down, pilotage up)`,
        );
      }
      sockets.handleUpgrade(request, socket, head, (websocket) =>
        (what === 'carry' ? carries : linked)(node, websocket),
      );
      return true;
    },
    close() {
      for (const { socket } of links.values()) socket.close(1001);
      for (const client of sockets.clients) client.terminate();
      sockets.close();
    },
  };
}

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

/** The standard output of a stream; a failure of the node becomes the Readable's error. Destroying it cancels the stream. */
function readableOf(stream: LinkStream, signal: AbortSignal | undefined): Readable {
  const output = createOutputPump(stream);
  const readable = new Readable({
    read: output.wake,
    destroy(error, done) {
      stream.reset(new StreamError('Canceled', 'the reader is gone'));
      output.wake();
      done(error);
    },
  });
  // A reader that has canceled hears no error.
  output
    .into(readable)
    .catch((error: unknown) => readable.destroy(signal?.aborted ? undefined : refusalOf(error)));
  return readable;
}

function refusalOf(error: unknown): StatusError {
  const { reason, message } = streamErrorOf(error);
  return statusError(reason === 'Canceled' ? 'ServiceUnavailable' : reason, message);
}

function nodeNameOf(encoded: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch {
    throw statusError('BadRequest', `"${encoded}" is not the name of a node`);
  }
}
