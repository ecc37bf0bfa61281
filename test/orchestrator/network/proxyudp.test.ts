import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { expect } from 'chai';
import type { EndpointSlice } from '../../../src/kube/kinds/objects.data.ts';
import { service, slice, type Word } from './notation.ts';
import { eventually, freePort, freshIp, ProxyBench } from './proxybench.ts';
import { UdpClient, udpPod } from './udpbench.ts';

describe('service proxy, datagrams', () => {
  let bench: ProxyBench;
  let client: UdpClient;
  let port: number;
  let ip: string;
  beforeEach(async () => {
    bench = new ProxyBench();
    client = await UdpClient.open(bench);
    [port, ip] = [await freePort(), freshIp()];
  });
  afterEach(() => bench.dispose());

  const served = (rest: object = {}, ports: object = {}) =>
    bench.cluster.put(service(ip, port, rest, { protocol: 'UDP', ...ports }));
  function behind(endpoints: Readonly<Record<string, Word>>): void {
    const pods = slice(endpoints, port);
    const ports = pods.ports?.map((one) => ({ ...one, protocol: 'UDP' })) ?? [];
    bench.cluster.put({ ...pods, ports } satisfies EndpointSlice);
  }

  it('go from a cluster IP and a node port to the pods by turns, those of one client to one pod, and answers come from where they went', async () => {
    const nodePort = await freePort();
    const [a, b] = [await udpPod(bench, port, 'a'), await udpPod(bench, port, 'b')];
    served({}, { nodePort });
    behind({ [a]: 'ready', [b]: 'ready' });
    await bench.startProxy();
    const other = await UdpClient.open(bench);
    const first = await client.ask(ip, port, '1');
    const second = await other.ask(ip, port, '1');
    expect([first, second].sort()).to.deep.equal(['a:1', 'b:1']);
    expect(await client.ask(ip, port, '2')).to.equal(first.replace('1', '2'));
    expect(await client.ask('127.0.0.1', nodePort, '3')).to.match(/^[ab]:3$/);
  });

  it('of one client go to one pod with session affinity, whatever ports they come from', async () => {
    const pods = await Promise.all(['a', 'b', 'c'].map((name) => udpPod(bench, port, name)));
    served({ sessionAffinity: 'ClientIP' });
    behind(Object.fromEntries(pods.map((pod) => [pod, 'ready' as const])));
    await bench.startProxy();
    const answers = new Set<string>();
    for (let i = 0; i < 5; i++) answers.add(await (await UdpClient.open(bench)).ask(ip, port, 'x'));
    expect(answers.size).to.equal(1);
  });

  it('go on to a pod that terminates and still serves, and to another one as soon as it is gone', async () => {
    const [a, b] = [await udpPod(bench, port, 'a'), await udpPod(bench, port, 'b')];
    served();
    behind({ [a]: 'ready' });
    await bench.startProxy();
    expect(await client.ask(ip, port, '1')).to.equal('a:1');
    behind({ [a]: 'draining', [b]: 'ready' });
    await eventually(() => bench.saved?.routes[0]?.terminating.length === 1, 'the change arrives');
    expect(await client.ask(ip, port, '2')).to.equal('a:2');
    behind({ [b]: 'ready' });
    await eventually(() => bench.saved?.routes[0]?.terminating.length === 0, 'the change arrives');
    expect(await client.ask(ip, port, '3')).to.equal('b:3');
  });

  it('go to another pod when the system says that nobody is at the first one', async () => {
    const b = await udpPod(bench, port, 'b');
    served();
    behind({ [freshIp()]: 'ready', [b]: 'ready' });
    await bench.startProxy();
    for (let i = 0; i < 3; i++) {
      const one = await UdpClient.open(bench);
      expect(await one.ask(ip, port, 'x')).to.equal('b:x');
    }
  });

  it('are given to nobody who takes them at the address of a pod and is not it', async () => {
    const [squatter, b] = [await udpPod(bench, port, 'squatter'), await udpPod(bench, port, 'b')];
    served();
    behind({ [squatter]: 'ready', [b]: 'ready' });
    const asked: (string | undefined)[] = [];
    await bench.startProxy(({ host, protocol }) => {
      asked.push(protocol);
      return host !== squatter;
    });
    for (const text of ['1', '2']) {
      const one = await UdpClient.open(bench);
      expect(await one.ask(ip, port, text)).to.equal(`b:${text}`);
    }
    expect(new Set(asked)).to.deep.equal(new Set(['UDP']));
  });

  it('and connections are taken at one port of one Service', async () => {
    const a = await udpPod(bench, port, 'a');
    const both = service(ip, port, {
      ports: [
        { name: 'http', port, protocol: 'UDP' },
        { name: 'stream', port, protocol: 'TCP' },
      ],
    });
    bench.cluster.put(both);
    behind({ [a]: 'ready' });
    const proxy = await bench.startProxy();
    expect(proxy.addresses().map((one) => one.protocol)).to.deep.equal(['UDP', undefined]);
    expect(proxy.addresses().map((one) => one.port)).to.deep.equal([port, port]);
    expect(await client.ask(ip, port, 'x')).to.equal('a:x');
  });

  it('are taken at another port where the port is taken, and that is said', async () => {
    const thief = createSocket('udp4').bind(port, ip);
    await once(thief, 'listening');
    bench.afterwards(() => thief.close());
    const a = await udpPod(bench, port, 'a');
    served();
    behind({ [a]: 'ready' });
    const proxy = await bench.startProxy();
    const [found] = proxy.addresses();
    expect(found?.port).to.not.equal(port);
    expect(await client.ask(ip, found?.port ?? 0, 'x')).to.equal('a:x');
    await eventually(() => bench.patches.length > 0, 'the condition is written');
    expect(bench.patches[0]?.body?.status?.conditions?.[0]?.reason).to.equal('ServedElsewhere');
  });
});
