import { type IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { join } from '../forward.ts';
import { backendRequest, inTurn, type Tried, type Turn } from './backendrequest.ts';
import type { Answer, Forward, RequestFacts } from './decide.ts';
import { carry } from './exchange.ts';
import { admit, type HandlerOptions, portOf, sendAnswer } from './handler.ts';
import { responseHeaders } from './headers.ts';

/** The only protocol that is changed to. */
export const isWebSocket = ({ headers, method }: IncomingMessage): boolean =>
  method === 'GET' && (headers.upgrade ?? '').toLowerCase() === 'websocket';

/**
 * Carries a connection that becomes a WebSocket (RFC 6455, 4). The backend decides; what it says instead of changing the protocol is
 * passed on, and ends the connection.
 */
export async function upgrade(
  request: IncomingMessage,
  socket: Socket,
  head: Buffer,
  options: HandlerOptions,
): Promise<void> {
  socket.on('error', () => socket.destroy());
  const response = responseOn(request, socket);
  const admitted = await admit(request, options);
  const answered =
    admitted.type === 'answer'
      ? admitted
      : await tunnel(request, socket, head, { ...options, admitted, response });
  if (answered) sendAnswer(request, response, answered);
}

/** Node leaves a connection that asks for another protocol without a way to answer by this one. */
function responseOn(request: IncomingMessage, socket: Socket): ServerResponse {
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  response.assignSocket(socket);
  response.once('finish', () => socket.end());
  return response;
}

interface TunnelOptions extends HandlerOptions {
  readonly admitted: Forward & { readonly facts: RequestFacts };
  readonly response: ServerResponse;
}

function tunnel(
  request: IncomingMessage,
  socket: Socket,
  head: Buffer,
  options: TunnelOptions,
): Promise<Answer | undefined> {
  const { admitted, backends } = options;
  return inTurn(
    admitted,
    {
      backends: backends(admitted.target, admitted.facts.client),
      cookies: request.headers.cookie,
      isRepeatable: false,
    },
    (turn) => tryOne(request, socket, head, { ...options, ...turn }),
  );
}

function tryOne(
  request: IncomingMessage,
  socket: Socket,
  head: Buffer,
  { admitted, response, agents, attempt, ports, backend, cookie }: TunnelOptions & Turn,
): Promise<Tried> {
  const { facts, policy } = admitted;
  return new Promise((resolve) => {
    const ended = attempt(backend);
    const settle = (tried: Tried) => {
      ended();
      resolve(tried);
    };
    const leave = () => {
      settle({ type: 'carried' });
      outgoing.destroy();
    };
    const { outgoing } = backendRequest(request, {
      backend,
      forward: admitted,
      facts,
      port: portOf(facts, ports()),
      agent: agents.fresh,
      headers: { connection: 'Upgrade', upgrade: 'websocket' },
      timeout: policy.readMs,
      onFailure(tried) {
        socket.off('close', leave);
        settle(tried);
      },
    });
    socket.once('close', leave);
    outgoing.once('response', (incoming) => {
      carry(incoming, response, admitted, cookie);
      settle({ type: 'carried' });
    });
    outgoing.once('upgrade', (incoming, upstream, first) => {
      response.detachSocket(socket);
      connect(incoming, cookie, { socket, head }, { socket: upstream as Socket, head: first }, policy.readMs);
      settle({ type: 'carried' });
    });
    outgoing.end();
  });
}

interface Side {
  readonly socket: Socket;
  /** What it has sent beyond its headers. */
  readonly head: Buffer;
}

function connect(
  incoming: IncomingMessage,
  cookie: string | undefined,
  client: Side,
  upstream: Side,
  idleMs: number,
): void {
  const headers = responseHeaders(incoming.headers, {}, cookie);
  const lines = Object.entries({ ...headers, connection: 'Upgrade', upgrade: 'websocket' }).flatMap(
    ([name, value]) => [value].flat().map((one) => `${name}: ${one}\r\n`),
  );
  client.socket.write(`HTTP/1.1 101 Switching Protocols\r\n${lines.join('')}\r\n`, 'latin1');
  if (upstream.head.length > 0) client.socket.write(upstream.head);
  if (client.head.length > 0) upstream.socket.write(client.head);
  join(client.socket, upstream.socket);
  // As nginx: a connection on which nothing comes from the backend for so long is ended.
  upstream.socket.setTimeout(idleMs, () => upstream.socket.destroy());
}

const givenBack = new WeakSet<Duplex>();

/**
 * Gives a connection that asks for another protocol than a WebSocket back to the server as one that does not (RFC 9110, 7.8: a server may
 * ignore it). Many clients ask for HTTP/2 so. The parser has judged what is written again here. A
 * connection is given back once: the server listens to it anew each time, so one that asks again is closed after the answer.
 */
export function withoutUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
  const { method = 'GET', url = '/', httpVersion, rawHeaders } = request;
  const lines: string[] = [];
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] ?? '';
    if (!/^(upgrade|http2-settings|connection)$/i.test(name)) lines.push(`${name}: ${rawHeaders[i + 1]}\r\n`);
  }
  if (givenBack.has(socket)) lines.push('connection: close\r\n');
  givenBack.add(socket);
  const again = Buffer.from(`${method} ${url} HTTP/${httpVersion}\r\n${lines.join('')}\r\n`, 'latin1');
  socket.unshift(Buffer.concat([again, head]));
}
