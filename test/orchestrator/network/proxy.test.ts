import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { Agent, createServer as createHttpServer, type Server as HttpServer, request } from 'node:http';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';
import { systemClock } from '../../../src/base/clock.ts';
import { silentLogger } from '../../../src/base/log.ts';
import {
  createServiceProxy,
  type ProxyState,
  type ServiceProxy,
} from '../../../src/orchestrator/network/proxy.ts';
import type { Backend } from '../../../src/orchestrator/network/route.ts';
import { ListWatchServer } from '../../fakes/listwatch.ts';
import { service, slice, type Word } from './notation.ts';

/** Loopback addresses of this run only: test runs side by side do not meet. */
const net = `127.${randomInt(100, 200)}.${randomInt(1, 250)}`;
let last = 0;
const freshIp = (): string => `${net}.${++last}`;

describe('service proxy', () => {
  const closing: (() => Promise<unknown> | unknown)[] = [];
  const patches: {
    name?: string;
    body?: { status?: { conditions?: { reason: string; message: string }[] } };
  }[] = [];
  let cluster: ListWatchServer;
  let saved: ProxyState | undefined;

  beforeEach(() => {
    cluster = new ListWatchServer();
    saved = undefined;
    patches.length = 0;
  });
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
  });

  function createProxy(isAnswered: (backend: Backend) => boolean = () => true): ServiceProxy {
    const proxy = createServiceProxy({
      client: cluster.client(patches),
      clock: systemClock,
      logger: silentLogger,
      nodeHost: '127.0.0.1',
      isAnswered,
      load: () => saved,
      save: (state) => {
        saved = JSON.parse(JSON.stringify(state));
      },
    });
    closing.push(() => proxy.stop());
    return proxy;
  }

  async function startProxy(isAnswered?: (backend: Backend) => boolean): Promise<ServiceProxy> {
    const proxy = createProxy(isAnswered);
    await proxy.start();
    await proxy.synced;
    return proxy;
  }

  /** A pod's TCP server, at an address of its own and the port that is given. */
  async function pod(port: number, onConnection: (socket: Socket) => void): Promise<string> {
    const server = createServer({ allowHalfOpen: true }, (socket) => {
      socket.on('error', () => undefined);
      onConnection(socket);
    });
    return listen(server, port);
  }

  async function listen(server: Server | HttpServer, port: number): Promise<string> {
    const ip = freshIp();
    server.listen(port, ip);
    await once(server, 'listening');
    const sockets = new Set<Socket>();
    server.on('connection', (socket: Socket) => sockets.add(socket));
    closing.push(() => {
      server.close();
      for (const socket of sockets) socket.destroy();
    });
    return ip;
  }

  async function freePort(): Promise<number> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    return port;
  }

  /** Sends and ends; resolves with all that comes back. */
  function exchange(host: string, port: number, message: string): Promise<string> {
    const socket = connect({ host, port, allowHalfOpen: true });
    socket.end(message);
    return text(socket);
  }

  async function eventually(condition: () => boolean, what: string): Promise<void> {
    const deadline = performance.now() + 4_000;
    while (!condition()) {
      if (performance.now() > deadline) throw new Error(`never: ${what}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  /** Answers when the client has ended its half, with its name and all it was sent. */
  const answering = (name: string) => (socket: Socket) => {
    let message = '';
    socket.on('data', (data) => {
      message += data;
    });
    socket.on('end', () => socket.end(`${name}:${message}`));
  };

  it('carries a cluster IP and a node port to the pods by turns, half-closed connections included', async () => {
    const [port, nodePort] = [await freePort(), await freePort()];
    const a = await pod(port, answering('a'));
    const b = await pod(port, answering('b'));
    const ip = freshIp();
    cluster.put(service(ip, port, {}, { nodePort }));
    cluster.put(slice({ [a]: 'ready', [b]: 'ready' }, port));
    await startProxy();
    const answers = [];
    for (let i = 0; i < 4; i++) answers.push(await exchange(ip, port, 'x'));
    answers.push(await exchange('127.0.0.1', nodePort, 'y'));
    expect(answers.sort()).to.deep.equal(['a:x', 'a:x', 'a:y', 'b:x', 'b:x']);
  });

  it('loses no byte of a long stream in either direction', async () => {
    const port = await freePort();
    const a = await pod(port, (socket) => socket.pipe(socket));
    const ip = freshIp();
    cluster.put(service(ip, port));
    cluster.put(slice({ [a]: 'ready' }, port));
    await startProxy();
    const message = 'pilotage '.repeat(1_000_000);
    expect((await exchange(ip, port, message)) === message).to.equal(true);
  });

  it('tries the next pod when one refuses, before it fails the client', async () => {
    const port = await freePort();
    const alive = await pod(port, answering('alive'));
    const ip = freshIp();
    cluster.put(service(ip, port));
    cluster.put(slice({ [freshIp()]: 'ready', [alive]: 'ready', [freshIp()]: 'ready' }, port));
    await startProxy();
    for (let i = 0; i < 6; i++) expect(await exchange(ip, port, 'x')).to.equal('alive:x');
  });

  it('connects nobody to who answers at the address of a pod and is not it, also when that changes meanwhile', async () => {
    const port = await freePort();
    const squatter = await pod(port, answering('squatter'));
    const ip = freshIp();
    cluster.put(service(ip, port));
    cluster.put(slice({ [squatter]: 'ready' }, port));
    // As when it takes the address of a pod that crashes between the look and the connection.
    let looks = 0;
    await startProxy(({ host }) => host === squatter && looks++ % 2 === 0);
    for (let i = 0; i < 2; i++) {
      const failure = await exchange(ip, port, 'x').catch((error: NodeJS.ErrnoException) => error.code);
      expect(failure).to.equal('ECONNRESET');
    }
    expect(looks).to.equal(4);
  });

  it('resets the client when there is no pod at all', async () => {
    const port = await freePort();
    const ip = freshIp();
    cluster.put(service(ip, port));
    await startProxy();
    const failure = await exchange(ip, port, 'x').catch((error: NodeJS.ErrnoException) => error.code);
    expect(failure).to.equal('ECONNRESET');
  });

  it('leaves the connections of a terminating pod alone and gives it no new one', async () => {
    const port = await freePort();
    const a = await pod(port, (socket) => socket.on('data', (data) => socket.write(`a:${data}`)));
    const b = await pod(port, answering('b'));
    const ip = freshIp();
    cluster.put(service(ip, port));
    cluster.put(slice({ [a]: 'ready' }, port));
    await startProxy();
    const old = connect({ host: ip, port });
    closing.push(() => old.destroy());
    old.write('1');
    expect(String((await once(old, 'data'))[0])).to.equal('a:1');
    cluster.put(slice({ [a]: 'draining', [b]: 'ready' }, port));
    await eventually(() => saved?.routes[0]?.terminating.length === 1, 'the change arrives');
    for (let i = 0; i < 4; i++) expect(await exchange(ip, port, 'x')).to.equal('b:x');
    old.write('2');
    expect(String((await once(old, 'data'))[0])).to.equal('a:2');
  });

  it('releases a pod at once, before the API says so', async () => {
    const port = await freePort();
    const a = await pod(port, answering('a'));
    const b = await pod(port, answering('b'));
    const ip = freshIp();
    cluster.put(service(ip, port));
    cluster.put(slice({ [a]: 'ready', [b]: 'ready' }, port));
    const proxy = await startProxy();
    await proxy.releasePod(`pod-${a}`);
    for (let i = 0; i < 4; i++) expect(await exchange(ip, port, 'x')).to.equal('b:x');
    // Still so after a change that knows nothing of the release.
    const c = await pod(port, answering('c'));
    cluster.put(slice({ [a]: 'ready', [b]: 'ready', [c]: 'ready' }, port));
    await eventually(() => saved?.routes[0]?.ready.length === 2, 'the change arrives');
    for (let i = 0; i < 4; i++) expect((await exchange(ip, port, 'x'))[0]).to.not.equal('a');
  });

  it('goes on while the API is away, and a new proxy serves from what was saved before the API is back', async () => {
    const port = await freePort();
    const a = await pod(port, answering('a'));
    const ip = freshIp();
    cluster.put(service(ip, port));
    cluster.put(slice({ [a]: 'ready' }, port));
    const first = await startProxy();
    cluster.down();
    expect(await exchange(ip, port, 'x')).to.equal('a:x');
    await first.stop();
    const second = createProxy();
    await second.start();
    expect(await exchange(ip, port, 'y')).to.equal('a:y');
    expect(second.serviceAddress({ namespace: 'shop', name: 'web' }, 'http')).to.deep.equal({
      host: ip,
      port,
    });
  });

  it('stands in with another port where a port cannot be bound, says so, and keeps it over a restart', async () => {
    const port = await freePort();
    const a = await pod(port, answering('a'));
    const ip = freshIp();
    const thief = createServer().listen(port, ip);
    await once(thief, 'listening');
    cluster.put(service(ip, port));
    cluster.put(slice({ [a]: 'ready' }, port));
    const first = await startProxy();
    const found = first.serviceAddress({ namespace: 'shop', name: 'web' }, port);
    expect(found?.host).to.equal(ip);
    expect(found?.port).to.not.equal(port);
    expect(await exchange(ip, found?.port ?? 0, 'x')).to.equal('a:x');
    await eventually(() => patches.length > 0, 'the condition is written');
    const condition = patches[0]?.body?.status?.conditions?.[0];
    expect(condition?.reason).to.equal('ServedElsewhere');
    expect(condition?.message).to.contain(`${ip}:${port}`).and.to.contain(`${ip}:${found?.port}`);
    await first.stop();
    const second = await startProxy();
    expect(second.addresses()).to.deep.equal([
      { namespace: 'shop', service: 'web', portName: 'http', servicePort: port, host: ip, port: found?.port },
    ]);
    await new Promise((resolve) => thief.close(resolve));
  });

  it('closes the listeners of a Service that is gone, and opens them when it is back', async () => {
    const port = await freePort();
    const a = await pod(port, answering('a'));
    const ip = freshIp();
    const web = service(ip, port);
    cluster.put(slice({ [a]: 'ready' }, port));
    cluster.put(web);
    const proxy = await startProxy();
    cluster.remove(web);
    await eventually(() => saved?.routes.length === 0, 'the Service goes');
    expect(proxy.addresses()).to.deep.equal([]);
    const failure = await exchange(ip, port, 'x').catch((error: NodeJS.ErrnoException) => error.code);
    expect(failure).to.equal('ECONNREFUSED');
    cluster.put(web);
    await eventually(() => proxy.addresses().length === 1, 'the Service comes back');
    expect(await exchange(ip, port, 'x')).to.equal('a:x');
  });

  describe('while pods are replaced one by one', () => {
    /** Ends its connections as the contract of docs and sample application asks: first `Connection: close`, then the end. */
    async function httpPod(port: number, name: string) {
      let isClosing = false;
      const server = createHttpServer((_request, response) => {
        if (isClosing) response.setHeader('Connection', 'close');
        setTimeout(() => response.end(name), 2);
      });
      server.keepAliveTimeout = 0;
      const ip = await listen(server, port);
      const terminate = async () => {
        isClosing = true;
        await new Promise((resolve) => setTimeout(resolve, 150));
        server.close();
        server.closeIdleConnections();
      };
      return { ip, name, terminate };
    }

    function get(host: string, port: number, agent: Agent | false): Promise<string> {
      return new Promise((resolve, reject) => {
        const outgoing = request(
          { host, port, agent: agent || new Agent({ keepAlive: false }) },
          (response) => {
            text(response).then(resolve, reject);
          },
        );
        outgoing.once('error', reject);
        outgoing.end();
      });
    }

    it('fails no request, with keep-alive and with fresh connections', async function () {
      this.timeout(15_000);
      const port = await freePort();
      const ip = freshIp();
      let pods = [await httpPod(port, 'v1'), await httpPod(port, 'v1'), await httpPod(port, 'v1')];
      const publish = (words: readonly [string, Word][]) =>
        cluster.put(slice(Object.fromEntries(words), port));
      cluster.put(service(ip, port));
      publish(pods.map((one) => [one.ip, 'ready']));
      const proxy = await startProxy();

      let isOver = false;
      const answers: string[] = [];
      const failures: string[] = [];
      const agents = [
        new Agent({ keepAlive: true, maxSockets: 1 }),
        new Agent({ keepAlive: true, maxSockets: 1 }),
        false as const,
        false as const,
      ];
      const load = agents.map(async (agent) => {
        while (!isOver) {
          await get(ip, port, agent).then(
            (answer) => answers.push(answer),
            (error: Error) => failures.push(error.message),
          );
        }
      });
      for (let i = 0; i < 3; i++) {
        const [oldest, ...rest] = pods;
        if (!oldest) throw new Error('no pod');
        pods = [...rest, await httpPod(port, 'v2')];
        publish([[oldest.ip, 'ready'], ...pods.map((one): [string, Word] => [one.ip, 'ready'])]);
        await eventually(() => saved?.routes[0]?.ready.length === 4, 'the new pod is routed to');
        await proxy.releasePod(`pod-${oldest.ip}`);
        publish([[oldest.ip, 'draining'], ...pods.map((one): [string, Word] => [one.ip, 'ready'])]);
        await oldest.terminate();
        publish(pods.map((one) => [one.ip, 'ready']));
      }
      const before = answers.length;
      await eventually(() => answers.length > before + 50, 'requests go on');
      isOver = true;
      await Promise.all(load);
      for (const agent of agents) if (agent) agent.destroy();
      expect(failures).to.deep.equal([]);
      expect(new Set(answers.slice(-40))).to.deep.equal(new Set(['v2']));
      expect(answers.length).to.be.above(100);
    });
  });
});
