import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Clock } from '../../../base/clock.ts';
import { createPipe } from '../../../base/pipe.ts';

/** A connection that is to be taken over, as Node's `upgrade` event hands it out. */
export interface Upgrade {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
}

/** One client's WebSocket: messages in order, a slow reader of which holds the client back. */
export interface MessageSocket {
  /** Aborts when the connection is over, however it ended. */
  readonly signal: AbortSignal;
  /** Until the client closes; texts as their bytes. */
  messages(): AsyncGenerator<Buffer>;
  /** Resolves when the message has left this process, or never will. A string is sent as a text. */
  send(message: Buffer | string): Promise<void>;
  /** `code` of RFC 6455, 7.4.1. */
  close(code?: number, reason?: string): void;
}

/** Bytes of a message that is accepted; clients send standard input in pieces, some of them in one. */
const MAX_MESSAGE = 4 * 1024 * 1024;
/** Bytes of messages that wait to be taken before nothing more is read of the client. */
const WAITING_BYTES = 256 * 1024;
/** A client that is gone is noticed by writing to it: nothing is read while it is held back. */
const PING_MS = 15_000;
/** How long a client may take to close after us, before it is cut. */
const CLOSE_MS = 5_000;

export const isWebSocket = ({ headers }: IncomingMessage): boolean =>
  headers.upgrade?.toLowerCase() === 'websocket';

/** The subprotocols that a client offers, in its order. */
export const offeredProtocols = ({ headers }: IncomingMessage): readonly string[] =>
  (headers['sec-websocket-protocol'] ?? '')
    .split(',')
    .map((protocol) => protocol.trim())
    .filter((protocol) => protocol !== '');

export interface WebSockets {
  /**
   * Answers the handshake with the subprotocol, '' for none, and resolves with the connection. A request that is not a handshake is
   * answered 400, and the promise is never settled.
   */
  accept(upgrade: Upgrade, protocol: string): Promise<MessageSocket>;
}

export function createWebSockets(clock: Clock): WebSockets {
  const protocols = new WeakMap<IncomingMessage, string>();
  const server = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    clientTracking: false,
    maxPayload: MAX_MESSAGE,
  });
  server.on('headers', (headers, request) => {
    const protocol = protocols.get(request);
    if (protocol) headers.push(`Sec-WebSocket-Protocol: ${protocol}`);
  });
  return {
    accept({ request, socket, head }, protocol) {
      // ws refuses names with a slash, which RFC 6455 does not allow and kubectl offers (SPDY/3.1+portforward.k8s.io).
      delete request.headers['sec-websocket-protocol'];
      protocols.set(request, protocol);
      return new Promise((resolve) => {
        server.handleUpgrade(request, socket, head, (websocket) => resolve(messageSocket(websocket, clock)));
      });
    },
  };
}

function messageSocket(socket: WebSocket, clock: Clock): MessageSocket {
  const over = new AbortController();
  const pipe = createPipe<Buffer>({ costOf: (bytes) => bytes.length + 32, limit: WAITING_BYTES });
  let cancelTimer = clock.after(PING_MS, ping);

  function ping(): void {
    socket.ping();
    cancelTimer = clock.after(PING_MS, ping);
  }

  socket.on('message', (data: Buffer) => {
    const taken = pipe.push(data);
    if (!taken) return;
    socket.pause();
    void taken.then(() => socket.resume());
  });
  // 'close' follows.
  socket.on('error', () => {});
  socket.on('close', () => {
    cancelTimer();
    pipe.end();
    over.abort(new Error('the client has closed the connection'));
  });
  return {
    signal: over.signal,
    messages: pipe.values,
    send: (message) => new Promise((resolve) => socket.send(message, () => resolve())),
    close(code = 1000, reason = '') {
      socket.close(code, reason);
      cancelTimer();
      if (!over.signal.aborted) cancelTimer = clock.after(CLOSE_MS, () => socket.terminate());
    },
  };
}
