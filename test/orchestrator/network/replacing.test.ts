import { Agent, createServer, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';
import { service, slice, type Word } from './notation.ts';
import { eventually, freePort, freshIp, ProxyBench } from './proxybench.ts';

describe('service proxy while pods are replaced one by one', () => {
  let bench: ProxyBench;
  beforeEach(() => {
    bench = new ProxyBench();
  });
  afterEach(() => bench.dispose());

  /** Ends its connections as the contract of docs and sample application asks: first `Connection: close`, then the end. */
  async function httpPod(port: number, name: string) {
    let isClosing = false;
    const server = createServer((_request, response) => {
      if (isClosing) response.setHeader('Connection', 'close');
      setTimeout(() => response.end(name), 2);
    });
    server.keepAliveTimeout = 0;
    const ip = await bench.listen(server, port);
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
      bench.cluster.put(slice(Object.fromEntries(words), port));
    bench.cluster.put(service(ip, port));
    publish(pods.map((one) => [one.ip, 'ready']));
    const proxy = await bench.startProxy();

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
      await eventually(() => bench.saved?.routes[0]?.ready.length === 4, 'the new pod is routed to');
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
  });
});
