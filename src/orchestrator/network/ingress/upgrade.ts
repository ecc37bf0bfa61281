import { request as httpRequest, type IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { join } from '../forward.ts';
import type { Backend } from '../route.ts';
import { requestArgs, Unreachable } from './backendagent.ts';
import { type Answer, answer, type Forward, type RequestFacts } from './decide.ts';
import { carry } from './exchange.ts';
import { admit, type HandlerOptions, portOf, sendAnswer } from './handler.ts';
import { requestHeaders, responseHeaders } from './headers.ts';
import { withSticky } from './stickycookie.ts';

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

async function tunnel(
  request: IncomingMessage,
  socket: Socket,
  head: Buffer,
  options: TunnelOptions,
): Promise<Answer | undefined> {
  const { admitted } = options;
  const { facts, policy, target } = admitted;
  const ready = options.backends(target, facts.client);
  const name = `${target.namespace}/${target.service}`;
  const order = policy.stickyCookie
    ? withSticky(ready, policy.stickyCookie, request.headers.cookie).order
    : ready;
  if (order.length === 0) return answer(503, `no pod of the Service ${name} is ready`);
  for (const backend of order) {
    const outcome = await dial(request, socket, head, backend, options);
    if (outcome === 'carried' || socket.destroyed) return undefined;
    if (outcome === 'lost')
      return answer(502, `a pod of the Service ${name} ended the connection without an answer`);
  }
  return answer(502, `no pod of the Service ${name} accepts connections`);
}

function dial(
  request: IncomingMessage,
  socket: Socket,
  head: Buffer,
  backend: Backend,
  { admitted, response, agents, attempt, ports }: TunnelOptions,
): Promise<'carried' | 'unreachable' | 'lost'> {
  const { facts, policy } = admitted;
  const servername = policy.upstreamHost ?? facts.authority.host;
  return new Promise((resolve) => {
    const ended = attempt(backend);
    const outgoing = httpRequest(
      requestArgs(
        { backend, scheme: policy.scheme, servername, connectMs: policy.connectMs },
        {
          method: facts.method,
          path: admitted.path,
          headers: {
            ...requestHeaders(request.headers, facts, policy, portOf(facts, ports())),
            connection: 'Upgrade',
            upgrade: 'websocket',
          },
          agent: agents.fresh,
          timeout: policy.readMs,
        },
      ),
    );
    const settle = (outcome: 'carried' | 'unreachable' | 'lost') => {
      ended();
      resolve(outcome);
    };
    socket.once('close', () => outgoing.destroy());
    outgoing.once('timeout', () => outgoing.destroy());
    outgoing.on('error', (error) => settle(error instanceof Unreachable ? 'unreachable' : 'lost'));
    outgoing.once('close', () => settle('lost'));
    outgoing.once('response', (incoming) => {
      carry(incoming, response, admitted, undefined);
      settle('carried');
    });
    outgoing.once('upgrade', (incoming, upstream, first) => {
      response.detachSocket(socket);
      connect(incoming, { socket, head }, { socket: upstream as Socket, head: first }, policy.readMs);
      settle('carried');
    });
    outgoing.end();
  });
}

interface Side {
  readonly socket: Socket;
  /** What it has sent beyond its headers. */
  readonly head: Buffer;
}

function connect(incoming: IncomingMessage, client: Side, upstream: Side, idleMs: number): void {
  const headers = responseHeaders(incoming.headers, {}, undefined);
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
