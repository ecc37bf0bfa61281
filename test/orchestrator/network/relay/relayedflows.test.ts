import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { systemClock } from '../../../../src/base/clock.ts';
import { silentLogger } from '../../../../src/base/log.ts';
import {
  type AgentEnd,
  createAgentEnd,
  type RelayedFlow,
} from '../../../../src/orchestrator/network/relay/agentend.ts';
import { connectFlow } from '../../../../src/orchestrator/network/relay/connectflows.ts';
import { createRelay } from '../../../../src/orchestrator/network/relay/relay.ts';
import type { Backend } from '../../../../src/orchestrator/network/route.ts';
import { eventually, freePort, freshIp, ProxyBench } from '../proxybench.ts';
import { UdpClient, udpPod } from '../udpbench.ts';

describe('the relay, datagrams', () => {
  let bench: ProxyBench;
  let client: UdpClient;
  let path: string;
  let backends: Backend[];
  /** How the relay reaches backends: itself, or through the agent. */
  let isBesideRelay: boolean;
  let flows: RelayedFlow[];
  let ip: string;
  let port: number;
  let dnsPort: number;

  beforeEach(async () => {
    bench = new ProxyBench();
    const place = mkdtempSync(join(tmpdir(), 'pilotage-relay-'));
    path = join(place, 'agent.sock');
    [ip, port, dnsPort] = [freshIp(), await freePort(), await freePort()];
    [backends, isBesideRelay, flows] = [[], false, []];
    const ending = new AbortController();
    const running = createRelay({ path, clock: systemClock, logger: silentLogger }).run(ending.signal);
    bench.afterwards(async () => {
      ending.abort();
      await running;
      rmSync(place, { recursive: true, force: true });
    });
    client = await UdpClient.open(bench);
  });
  afterEach(() => bench.dispose());

  async function startAgent(range = '127.0.0.0/8'): Promise<AgentEnd> {
    const agent = createAgentEnd({
      path,
      clock: systemClock,
      logger: silentLogger,
      onClient: (one) => one.refuse(),
      onFlow(flow) {
        flows.push(flow);
        connectFlow(flow, backends, {
          isAnswered: () => true,
          isBesideRelay: () => isBesideRelay,
          mayReach: ({ host }) => host !== '127.0.0.1',
        });
      },
      onQuery: async () => undefined,
    });
    bench.afterwards(() => agent.close());
    await agent.listen();
    await eventually(() => agent.isConnected, 'the relay finds its agent');
    await assign(agent, range);
    return agent;
  }

  const assign = (agent: AgentEnd, range: string) =>
    agent.assign({
      fronts: [{ id: 'service shop/web:dns', host: ip, port, protocol: 'UDP' }],
      dns: { host: ip, port: dnsPort },
      clients: range,
    });

  async function add(name: string): Promise<void> {
    backends.push({ host: await udpPod(bench, port, name), port, podUid: name, protocol: 'UDP' });
  }

  for (const beside of [true, false])
    it(`of one client go to one backend, ${beside ? 'which is beside it' : 'which the agent reaches'}, and answers come back, large ones and empty ones too`, async () => {
      isBesideRelay = beside;
      await add('a');
      await startAgent();
      for (const text of ['1', '', 'x'.repeat(30_000)])
        expect(await client.ask(ip, port, text)).to.equal(`a:${text}`);
      expect(flows.map(({ address }) => address)).to.deep.equal(['127.0.0.1']);
    });

  for (const beside of [true, false])
    it(`go to another backend when the agent ends their flow, ${beside ? 'beside it' : 'through the agent'}`, async () => {
      isBesideRelay = beside;
      await add('a');
      await startAgent();
      expect(await client.ask(ip, port, '1')).to.equal('a:1');
      backends = [];
      await add('b');
      let isClosed = false;
      flows[0]?.onClose(() => {
        isClosed = true;
      });
      flows[0]?.end();
      await eventually(() => isClosed, 'the flow ends');
      expect(await client.ask(ip, port, '2')).to.equal('b:2');
    });

  it('go nowhere where clients in containers may not get, and somewhere else once they may', async () => {
    backends = [{ host: '127.0.0.1', port, podUid: '', protocol: 'UDP' }];
    await startAgent();
    client.socket.send('x', port, ip);
    await eventually(() => flows.length === 1, 'the agent is asked');
    await add('a');
    expect(await client.ask(ip, port, 'x')).to.equal('a:x');
  });

  it('of others than the clients of its network are not taken', async () => {
    await add('a');
    const agent = await startAgent('10.4.0.0/16');
    const asked = client.ask(ip, port, 'x');
    // By then it has come: two more have been answered that were sent later.
    const other = await UdpClient.open(bench);
    const path = await udpPod(bench, port, 'elsewhere');
    for (const text of ['1', '2']) await other.ask(path, port, text);
    expect(flows).to.deep.equal([]);
    await assign(agent, '127.0.0.0/8');
    expect(await asked).to.equal('a:x');
  });

  it('go on while there is no agent, and stay where they are with the next one; new ones wait for it', async () => {
    isBesideRelay = true;
    await add('a');
    const first = await startAgent();
    expect(await client.ask(ip, port, '1')).to.equal('a:1');
    await first.close();
    expect(await client.ask(ip, port, '2')).to.equal('a:2');
    const other = await UdpClient.open(bench);
    const waiting = other.ask(ip, port, '3');
    const [a] = backends;
    backends = [];
    await add('b');
    if (a) backends.push(a);
    await startAgent();
    expect(await waiting).to.equal('b:3');
    await eventually(() => flows.some(({ before }) => before?.host === a?.host), 'the agent is told');
    expect(await client.ask(ip, port, '4')).to.equal('a:4');
  });
});
