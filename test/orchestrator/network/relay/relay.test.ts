import { promises as dns } from 'node:dns';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { systemClock } from '../../../../src/base/clock.ts';
import { silentLogger } from '../../../../src/base/log.ts';
import { readQuery, writeAnswer } from '../../../../src/orchestrator/network/dns/wire.ts';
import { type AgentEnd, createAgentEnd } from '../../../../src/orchestrator/network/relay/agentend.ts';
import { connectRelayed } from '../../../../src/orchestrator/network/relay/connect.ts';
import { createRelay } from '../../../../src/orchestrator/network/relay/relay.ts';
import type { Backend } from '../../../../src/orchestrator/network/route.ts';
import { answering, eventually, exchange, freePort, freshIp, ProxyBench } from '../proxybench.ts';

describe('the relay, and its agent', () => {
  let bench: ProxyBench;
  let place: string;
  let path: string;
  let backends: Backend[];
  /** How the relay reaches backends: itself, or through the agent. */
  let isBesideRelay: boolean;
  let clients: string[];
  let pending: number;
  const ip = freshIp();
  let port: number;
  let dnsPort: number;

  beforeEach(async () => {
    bench = new ProxyBench();
    place = mkdtempSync(join(tmpdir(), 'pilotage-relay-'));
    path = join(place, 'agent.sock');
    [port, dnsPort] = [await freePort(), await freePort()];
    [backends, isBesideRelay, clients, pending] = [[], false, [], 0];
    const ending = new AbortController();
    const running = createRelay({ path, clock: systemClock, logger: silentLogger }).run(ending.signal);
    bench.afterwards(async () => {
      ending.abort();
      await running;
    });
  });
  afterEach(async () => {
    await bench.dispose();
    rmSync(place, { recursive: true, force: true });
  });

  async function startAgent(range = '127.0.0.0/8'): Promise<AgentEnd> {
    const agent = createAgentEnd({
      path,
      clock: systemClock,
      logger: silentLogger,
      onFlow: (flow) => flow.end(),
      onClient(client) {
        clients.push(client.address);
        void connectRelayed(client, backends, {
          connectTimeoutMs: 1_000,
          attempt() {
            pending += 1;
            return () => {
              pending -= 1;
            };
          },
          isAnswered: () => true,
          isBesideRelay: () => isBesideRelay,
          mayReach: ({ host }) => host !== '127.0.0.1',
        });
      },
      async onQuery(message, transport) {
        const query = readQuery(message);
        if (!query || 'code' in query) return undefined;
        const { name } = query.question;
        const answers = [{ name, ttl: 5, type: 'A', address: '10.7.0.1' } as const];
        return writeAnswer(query, { code: 0, answers, authority: [] }, transport);
      },
    });
    bench.afterwards(() => agent.close());
    await agent.listen();
    await eventually(() => agent.isConnected, 'the relay finds its agent');
    await agent.assign({
      fronts: [{ id: 'service shop/web:http', host: ip, port }],
      dns: { host: ip, port: dnsPort },
      clients: range,
    });
    return agent;
  }

  const add = (host: string, at: number) => backends.push({ host, port: at, podUid: `pod-${host}` });

  for (const beside of [true, false])
    it(`loses no byte of a long stream in either direction, ${beside ? 'of a backend beside it' : 'of one that the agent reaches'}`, async () => {
      isBesideRelay = beside;
      const at = await freePort();
      add(await bench.pod(at, (socket) => socket.pipe(socket)), at);
      await startAgent();
      const message = 'pilotage '.repeat(500_000);
      expect((await exchange(ip, port, message)) === message).to.equal(true);
      expect(clients).to.deep.equal(['127.0.0.1']);
      expect(pending).to.equal(0);
    });

  for (const beside of [true, false])
    it(`passes resets on, ${beside ? 'of a backend beside it' : 'of one that the agent reaches'}`, async () => {
      isBesideRelay = beside;
      const at = await freePort();
      add(await bench.pod(at, (socket) => void socket.once('data', () => socket.resetAndDestroy())), at);
      await startAgent();
      const failure = await exchange(ip, port, 'x').catch(({ code }: NodeJS.ErrnoException) => code);
      expect(failure).to.equal('ECONNRESET');
    });

  it('carries a connection whose client has ended its half, until the other half ends', async () => {
    const at = await freePort();
    add(await bench.pod(at, answering('late')), at);
    await startAgent();
    expect(await exchange(ip, port, 'x')).to.equal('late:x');
  });

  it('tries the next pod when one refuses, and resets the client when all do', async () => {
    for (const beside of [true, false]) {
      isBesideRelay = beside;
      const at = await freePort();
      backends = [];
      add(freshIp(), at);
      if (beside) await startAgent();
      const failure = await exchange(ip, port, 'x').catch(({ code }: NodeJS.ErrnoException) => code);
      expect(failure).to.equal('ECONNRESET');
      add(await bench.pod(at, answering('alive')), at);
      expect(await exchange(ip, port, 'x')).to.equal('alive:x');
    }
  });

  it('connects nobody to where clients in containers may not get', async () => {
    const at = await freePort();
    add('127.0.0.1', at);
    await startAgent();
    const failure = await exchange(ip, port, 'x').catch(({ code }: NodeJS.ErrnoException) => code);
    expect(failure).to.equal('ECONNRESET');
    expect(pending).to.equal(0);
  });

  it('serves the clients of its network alone', async () => {
    const at = await freePort();
    add(await bench.pod(at, answering('a')), at);
    await startAgent('10.4.0.0/16');
    const failure = await exchange(ip, port, 'x').catch(({ code }: NodeJS.ErrnoException) => code);
    // Closed before a word was read, a connection ends or is reset: nothing was answered either way.
    expect(failure).to.be.oneOf(['ECONNRESET', '']);
    expect(clients).to.deep.equal([]);
  });

  it('lets clients wait while there is no agent, and goes on with connections that do not need one', async () => {
    const at = await freePort();
    isBesideRelay = true;
    add(await bench.pod(at, (socket) => socket.on('data', (data) => socket.write(`a:${data}`))), at);
    const first = await startAgent();
    const old = connect({ host: ip, port });
    bench.afterwards(() => old.destroy());
    old.write('1');
    expect(String((await once(old, 'data'))[0])).to.equal('a:1');
    await first.close();
    old.write('2');
    expect(String((await once(old, 'data'))[0])).to.equal('a:2');
    const waiting = connect({ host: ip, port });
    bench.afterwards(() => waiting.destroy());
    waiting.write('3');
    const answer = once(waiting, 'data');
    await once(waiting, 'connect');
    await startAgent();
    expect(String((await answer)[0])).to.equal('a:3');
  });

  it('says what the relay cannot listen for, names and Services, and what helps, until it can', async () => {
    const inTheWay = [dnsPort, port].map((one) => createServer().listen(one, ip));
    await Promise.all(inTheWay.map((server) => once(server, 'listening')));
    const agent = await startAgent();
    await eventually(() => agent.problem !== undefined, 'it is said');
    expect(agent.problem)
      .to.contain(`names at ${ip}:${dnsPort} (EADDRINUSE), service shop/web:http (EADDRINUSE)`)
      .and.contain('remove its container from the engine');
    for (const server of inTheWay) server.close();
    await agent.assign({ fronts: [], dns: { host: ip, port: dnsPort }, clients: '127.0.0.0/8' });
    await eventually(() => agent.problem === undefined, 'it can listen');
  });

  it('has questions for names answered, those too that were asked while there was no agent', async () => {
    const resolver = new dns.Resolver({ timeout: 3_000, tries: 1 });
    resolver.setServers([`${ip}:${dnsPort}`]);
    const first = await startAgent();
    expect(await resolver.resolve4('web.shop.svc.cluster.local')).to.deep.equal(['10.7.0.1']);
    await first.close();
    const waiting = resolver.resolve4('web.shop.svc.cluster.local');
    await startAgent();
    expect(await waiting).to.deep.equal(['10.7.0.1']);
  });
});
