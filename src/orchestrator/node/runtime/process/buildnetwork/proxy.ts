import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Server, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { LocalAddressError } from './addresses.ts';
import { type Decision, type Endpoint, endpointOf } from './allowed.ts';
import { dial, forward, type Way } from './dial.ts';

export interface ProxyOptions {
  /** Listens already; closed with the proxy. */
  readonly server: Server;
  /** Asked for each request, before anything is connected to. */
  readonly decide: (to: Endpoint) => Promise<Decision>;
  readonly upstream: (to: Endpoint, isSecure: boolean) => URL | undefined;
  /** Of what was not reached; returns what the build is answered. */
  readonly onMissed: (to: Endpoint, why: Missed) => string;
  readonly limits?: ProxyLimits;
}

/** `local`: an allowed name that leads to this machine, or an address of it. Otherwise: what the network said. */
export type Missed = 'not allowed' | 'local' | Error;

export interface ProxyLimits {
  readonly connections: number;
  /** From the build, of all its connections together. */
  readonly sentBytes: number;
  readonly receivedBytes: number;
  /** Without a byte. */
  readonly idleMs: number;
}

const MIB = 1024 * 1024;
/** Package managers open up to 64 connections at once. What a build sends are requests; what it gets has the limit of its disk. */
export const PROXY_LIMITS: ProxyLimits = {
  connections: 128,
  sentBytes: 64 * MIB,
  receivedBytes: 4096 * MIB,
  idleMs: 60_000,
};

/** Of one connection only (RFC 9110, section 7.6.1), or for this proxy itself. */
const OF_THE_HOP = /^(connection|proxy-.*|keep-alive|te|trailer|transfer-encoding|upgrade|host|expect)$/;

/** An HTTP proxy for one build, which reaches what `decide` allows. Returns how it ends. */
export function serveProxy({ server, decide, upstream, onMissed, limits = PROXY_LIMITS }: ProxyOptions) {
  const open = new Set<Duplex>();
  let [sent, received] = [0, 0];
  server.maxConnections = limits.connections;

  function close(): void {
    server.close();
    for (const stream of open) stream.destroy();
  }

  function watch(stream: Duplex, count?: (bytes: number) => void): void {
    open.add(stream);
    stream.on('error', () => stream.destroy());
    stream.once('close', () => open.delete(stream));
    if (count) stream.on('data', (piece: Buffer) => count(piece.length));
  }
  function checkTotal(): void {
    if (sent > limits.sentBytes || received > limits.receivedBytes) close();
  }
  const countSent = (bytes: number): void => {
    sent += bytes;
    checkTotal();
  };
  const countReceived = (bytes: number): void => {
    received += bytes;
    checkTotal();
  };

  async function wayTo(to: Endpoint, isSecure: boolean): Promise<Way | undefined> {
    const decision = await decide(to);
    if (decision.type === 'refused') return undefined;
    return { to, mayBeLocal: decision.mayBeLocal, upstream: upstream(to, isSecure) };
  }

  async function tunnel(request: IncomingMessage, socket: Socket, head: Buffer): Promise<void> {
    const to = endpointOf(`https://${request.url}`);
    if (!to) return refuse(socket, 400, 'CONNECT takes HOST:PORT');
    const way = await wayTo(to, true);
    if (!way) return refuse(socket, 403, onMissed(to, 'not allowed'));
    const far = await dial(way);
    far.setTimeout(limits.idleMs, () => far.destroy());
    watch(far, countReceived);
    if (socket.destroyed) return void far.destroy();
    socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
    if (head.length > 0) socket.unshift(head);
    socket.on('data', (piece: Buffer) => countSent(piece.length));
    socket.pipe(far).pipe(socket);
    socket.once('close', () => far.destroy());
    far.once('close', () => socket.destroy());
  }

  async function pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const to = endpointOf(request.url ?? '');
    const url = to && new URL(request.url ?? '');
    if (url?.protocol !== 'http:' || !to)
      return answer(response, 400, 'This is the way of a build to its registries: a proxy for HTTP.');
    const way = await wayTo(to, false);
    if (!way) return answer(response, 403, onMissed(to, 'not allowed'));
    const headers = Object.fromEntries(
      Object.entries(request.headers).filter(([name]) => !OF_THE_HOP.test(name)),
    );
    const asking = forward(way, {
      method: request.method ?? 'GET',
      path: `${url.pathname}${url.search}`,
      headers,
    });
    asking.on('socket', (socket) => watch(socket));
    asking.on('error', (error) => fail(to, error, (status, text) => answer(response, status, text)));
    asking.on('response', (from) => {
      from.on('data', (piece: Buffer) => countReceived(piece.length));
      from.on('error', () => response.destroy());
      const kept = Object.entries(from.headers).filter(([name]) => !OF_THE_HOP.test(name));
      response.writeHead(from.statusCode ?? 502, Object.fromEntries(kept));
      from.pipe(response);
    });
    response.once('close', () => asking.destroy());
    request.on('data', (piece: Buffer) => countSent(piece.length));
    request.pipe(asking);
  }

  function fail(to: Endpoint, error: unknown, say: (status: number, text: string) => void): void {
    if (error instanceof LocalAddressError) say(403, onMissed(to, 'local'));
    else say(502, onMissed(to, error instanceof Error ? error : new Error(String(error))));
  }

  const http = createServer((request, response) => {
    const say = (status: number, text: string) => answer(response, status, text);
    const to = endpointOf(request.url ?? '') ?? { host: '', port: 0 };
    pass(request, response).catch((error) => fail(to, error, say));
  });
  http.on('connect', (request, socket, head) => {
    const to = endpointOf(`https://${request.url}`) ?? { host: '', port: 0 };
    tunnel(request, socket as Socket, head).catch((error) =>
      fail(to, error, (status, text) => refuse(socket as Socket, status, text)),
    );
  });
  server.on('connection', (socket) => {
    watch(socket);
    socket.setTimeout(limits.idleMs, () => socket.destroy());
    http.emit('connection', socket);
  });
  return { close };
}

const answer = (response: ServerResponse, status: number, text: string): void => {
  if (response.headersSent) return void response.destroy();
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' });
  response.end(`${text}\n`);
};

const REASONS: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  403: 'Forbidden',
  502: 'Bad Gateway',
};

const refuse = (socket: Socket, status: number, text: string): void => {
  const body = `${text}\n`;
  socket.end(
    `HTTP/1.1 ${status} ${REASONS[status]}\r\ncontent-type: text/plain; charset=utf-8\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
};
