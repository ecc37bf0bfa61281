import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import type { Server as HttpServer } from 'node:http';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { systemClock } from '../../../src/base/clock.ts';
import { silentLogger } from '../../../src/base/log.ts';
import {
  createServiceProxy,
  type ProxyState,
  type ServiceProxy,
} from '../../../src/orchestrator/network/proxy.ts';
import type { Backend } from '../../../src/orchestrator/network/route.ts';
import { ListWatchServer } from '../../fakes/listwatch.ts';

/** Loopback addresses of this run only: test runs side by side do not meet. */
const net = `127.${randomInt(100, 200)}.${randomInt(1, 250)}`;
let last = 0;
export const freshIp = (): string => `${net}.${++last}`;

/** A service proxy before a fake cluster, with pods that are TCP servers of this process. */
export class ProxyBench {
  readonly cluster = new ListWatchServer();
  readonly patches: {
    name?: string;
    body?: { status?: { conditions?: { reason: string; message: string }[] } };
  }[] = [];
  /** What the proxy has saved last. */
  saved: ProxyState | undefined;
  readonly #closing: (() => Promise<unknown> | unknown)[] = [];

  /** Called by `dispose`, the last one first. */
  afterwards(close: () => Promise<unknown> | unknown): void {
    this.#closing.push(close);
  }

  async dispose(): Promise<void> {
    for (const close of this.#closing.splice(0).reverse()) await close();
  }

  createProxy(isAnswered: (backend: Backend) => boolean = () => true): ServiceProxy {
    const proxy = createServiceProxy({
      client: this.cluster.client(this.patches),
      clock: systemClock,
      logger: silentLogger,
      nodeHost: '127.0.0.1',
      isAnswered,
      load: () => this.saved,
      save: (state) => {
        this.saved = JSON.parse(JSON.stringify(state));
      },
    });
    this.afterwards(() => proxy.stop());
    return proxy;
  }

  async startProxy(isAnswered?: (backend: Backend) => boolean): Promise<ServiceProxy> {
    const proxy = this.createProxy(isAnswered);
    await proxy.start();
    await proxy.synced;
    return proxy;
  }

  /** A pod's TCP server, at an address of its own and the port that is given. */
  async pod(port: number, onConnection: (socket: Socket) => void): Promise<string> {
    const server = createServer({ allowHalfOpen: true }, (socket) => {
      socket.on('error', () => undefined);
      onConnection(socket);
    });
    return this.listen(server, port);
  }

  async listen(server: Server | HttpServer, port: number): Promise<string> {
    const ip = freshIp();
    server.listen(port, ip);
    await once(server, 'listening');
    const sockets = new Set<Socket>();
    server.on('connection', (socket: Socket) => sockets.add(socket));
    this.afterwards(() => {
      server.close();
      for (const socket of sockets) socket.destroy();
    });
    return ip;
  }
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Sends and ends; resolves with all that comes back. */
export function exchange(host: string, port: number, message: string): Promise<string> {
  const socket = connect({ host, port, allowHalfOpen: true });
  socket.end(message);
  return text(socket);
}

export async function eventually(condition: () => boolean, what: string): Promise<void> {
  const deadline = performance.now() + 4_000;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`never: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Answers when the client has ended its half, with its name and all it was sent. */
export const answering = (name: string) => (socket: Socket) => {
  let message = '';
  socket.on('data', (data) => {
    message += data;
  });
  socket.on('end', () => socket.end(`${name}:${message}`));
};
