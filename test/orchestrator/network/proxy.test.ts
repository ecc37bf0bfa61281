import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { expect } from 'chai';
import { service, slice } from './notation.ts';
import { answering, eventually, exchange, freePort, freshIp, ProxyBench } from './proxybench.ts';

describe('service proxy', () => {
  let bench: ProxyBench;
  beforeEach(() => {
    bench = new ProxyBench();
  });
  afterEach(() => bench.dispose());

  it('carries a cluster IP and a node port to the pods by turns, half-closed connections included', async () => {
    const [port, nodePort] = [await freePort(), await freePort()];
    const a = await bench.pod(port, answering('a'));
    const b = await bench.pod(port, answering('b'));
    const ip = freshIp();
    bench.cluster.put(service(ip, port, {}, { nodePort }));
    bench.cluster.put(slice({ [a]: 'ready', [b]: 'ready' }, port));
    await bench.startProxy();
    const answers = [];
    for (let i = 0; i < 4; i++) answers.push(await exchange(ip, port, 'x'));
    answers.push(await exchange('127.0.0.1', nodePort, 'y'));
    expect(answers.sort()).to.deep.equal(['a:x', 'a:x', 'a:y', 'b:x', 'b:x']);
  });

  it('loses no byte of a long stream in either direction', async () => {
    const port = await freePort();
    const a = await bench.pod(port, (socket) => socket.pipe(socket));
    const ip = freshIp();
    bench.cluster.put(service(ip, port));
    bench.cluster.put(slice({ [a]: 'ready' }, port));
    await bench.startProxy();
    const message = 'pilotage '.repeat(1_000_000);
    expect((await exchange(ip, port, message)) === message).to.equal(true);
  });

  it('tries the next pod when one refuses, before it fails the client', async () => {
    const port = await freePort();
    const alive = await bench.pod(port, answering('alive'));
    const ip = freshIp();
    bench.cluster.put(service(ip, port));
    bench.cluster.put(slice({ [freshIp()]: 'ready', [alive]: 'ready', [freshIp()]: 'ready' }, port));
    await bench.startProxy();
    for (let i = 0; i < 6; i++) expect(await exchange(ip, port, 'x')).to.equal('alive:x');
  });

  it('connects nobody to who answers at the address of a pod and is not it, also when that changes meanwhile', async () => {
    const port = await freePort();
    const squatter = await bench.pod(port, answering('squatter'));
    const ip = freshIp();
    bench.cluster.put(service(ip, port));
    bench.cluster.put(slice({ [squatter]: 'ready' }, port));
    // As when it takes the address of a pod that crashes between the look and the connection.
    let looks = 0;
    await bench.startProxy(({ host }) => host === squatter && looks++ % 2 === 0);
    for (let i = 0; i < 2; i++) {
      const failure = await exchange(ip, port, 'x').catch((error: NodeJS.ErrnoException) => error.code);
      expect(failure).to.equal('ECONNRESET');
    }
    expect(looks).to.equal(4);
  });

  it('resets the client when there is no pod at all', async () => {
    const port = await freePort();
    const ip = freshIp();
    bench.cluster.put(service(ip, port));
    await bench.startProxy();
    const failure = await exchange(ip, port, 'x').catch((error: NodeJS.ErrnoException) => error.code);
    expect(failure).to.equal('ECONNRESET');
  });

  it('leaves the connections of a terminating pod alone and gives it no new one', async () => {
    const port = await freePort();
    const a = await bench.pod(port, (socket) => socket.on('data', (data) => socket.write(`a:${data}`)));
    const b = await bench.pod(port, answering('b'));
    const ip = freshIp();
    bench.cluster.put(service(ip, port));
    bench.cluster.put(slice({ [a]: 'ready' }, port));
    await bench.startProxy();
    const old = connect({ host: ip, port });
    bench.afterwards(() => old.destroy());
    old.write('1');
    expect(String((await once(old, 'data'))[0])).to.equal('a:1');
    bench.cluster.put(slice({ [a]: 'draining', [b]: 'ready' }, port));
    await eventually(() => bench.saved?.routes[0]?.terminating.length === 1, 'the change arrives');
    for (let i = 0; i < 4; i++) expect(await exchange(ip, port, 'x')).to.equal('b:x');
    old.write('2');
    expect(String((await once(old, 'data'))[0])).to.equal('a:2');
  });

  it('releases a pod at once, before the API says so', async () => {
    const port = await freePort();
    const a = await bench.pod(port, answering('a'));
    const b = await bench.pod(port, answering('b'));
    const ip = freshIp();
    bench.cluster.put(service(ip, port));
    bench.cluster.put(slice({ [a]: 'ready', [b]: 'ready' }, port));
    const proxy = await bench.startProxy();
    await proxy.releasePod(`pod-${a}`);
    for (let i = 0; i < 4; i++) expect(await exchange(ip, port, 'x')).to.equal('b:x');
    // Still so after a change that knows nothing of the release.
    const c = await bench.pod(port, answering('c'));
    bench.cluster.put(slice({ [a]: 'ready', [b]: 'ready', [c]: 'ready' }, port));
    await eventually(() => bench.saved?.routes[0]?.ready.length === 2, 'the change arrives');
    for (let i = 0; i < 4; i++) expect((await exchange(ip, port, 'x'))[0]).to.not.equal('a');
  });

  it('goes on while the API is away, and a new proxy serves from what was saved before the API is back', async () => {
    const port = await freePort();
    const a = await bench.pod(port, answering('a'));
    const ip = freshIp();
    bench.cluster.put(service(ip, port));
    bench.cluster.put(slice({ [a]: 'ready' }, port));
    const first = await bench.startProxy();
    bench.cluster.down();
    expect(await exchange(ip, port, 'x')).to.equal('a:x');
    await first.stop();
    const second = bench.createProxy();
    await second.start();
    expect(await exchange(ip, port, 'y')).to.equal('a:y');
    expect(second.serviceAddress({ namespace: 'shop', name: 'web' }, 'http')).to.deep.equal({
      host: ip,
      port,
    });
  });

  it('stands in with another port where a port cannot be bound, says so, and keeps it over a restart', async () => {
    const port = await freePort();
    const a = await bench.pod(port, answering('a'));
    const ip = freshIp();
    const thief = createServer().listen(port, ip);
    await once(thief, 'listening');
    bench.cluster.put(service(ip, port));
    bench.cluster.put(slice({ [a]: 'ready' }, port));
    const first = await bench.startProxy();
    const found = first.serviceAddress({ namespace: 'shop', name: 'web' }, port);
    expect(found?.host).to.equal(ip);
    expect(found?.port).to.not.equal(port);
    expect(await exchange(ip, found?.port ?? 0, 'x')).to.equal('a:x');
    await eventually(() => bench.patches.length > 0, 'the condition is written');
    const condition = bench.patches[0]?.body?.status?.conditions?.[0];
    expect(condition?.reason).to.equal('ServedElsewhere');
    expect(condition?.message).to.contain(`${ip}:${port}`).and.to.contain(`${ip}:${found?.port}`);
    await first.stop();
    const second = await bench.startProxy();
    expect(second.addresses()).to.deep.equal([
      { namespace: 'shop', service: 'web', portName: 'http', servicePort: port, host: ip, port: found?.port },
    ]);
    await new Promise((resolve) => thief.close(resolve));
  });

  it('closes the listeners of a Service that is gone, and opens them when it is back', async () => {
    const port = await freePort();
    const a = await bench.pod(port, answering('a'));
    const ip = freshIp();
    const web = service(ip, port);
    bench.cluster.put(slice({ [a]: 'ready' }, port));
    bench.cluster.put(web);
    const proxy = await bench.startProxy();
    bench.cluster.remove(web);
    await eventually(() => bench.saved?.routes.length === 0, 'the Service goes');
    expect(proxy.addresses()).to.deep.equal([]);
    const failure = await exchange(ip, port, 'x').catch((error: NodeJS.ErrnoException) => error.code);
    expect(failure).to.equal('ECONNREFUSED');
    bench.cluster.put(web);
    await eventually(() => proxy.addresses().length === 1, 'the Service comes back');
    expect(await exchange(ip, port, 'x')).to.equal('a:x');
  });
});
