import { once } from 'node:events';
import { Agent, createServer, type IncomingMessage, request } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { GATHER_MS } from '../../../../src/orchestrator/network/ingress/ingress.ts';
import { eventually, freshIp } from '../proxybench.ts';
import { echo, IngressBench, selfSigned } from './ingressbench.ts';
import { NGINX, service } from './notation.ts';

const RULE = { rules: ['shop.test Prefix / web'] };

const WEB = { namespace: 'shop', service: 'web', portName: 'http' };

describe('the ingress', () => {
  let bench: IngressBench;
  beforeEach(() => {
    bench = new IngressBench();
  });
  afterEach(() => bench.dispose());

  it('says of the client what it knows itself, and passes on nothing of the connection', async () => {
    await bench.pod(echo);
    await bench.start(RULE);
    const told = await bench.ask('http://shop.test/a?b=c', {
      method: 'POST',
      body: 'hello',
      headers: {
        'X-Forwarded-For': '10.9.9.9',
        'X-Real-IP': '10.9.9.9',
        X_Real_IP: '10.9.9.9',
        'X-Forwarded-Prefix': '/elsewhere',
        Forwarded: 'for=10.9.9.9',
        Connection: 'close, X-Mine, X-Forwarded-For',
        'X-Mine': '1',
        'X-Kept': '2',
        TE: 'trailers',
      },
    });
    const { method, url, body, headers } = JSON.parse(told.body);
    expect([method, url, body]).to.deep.equal(['POST', '/a?b=c', 'hello']);
    expect(headers).to.include({
      host: 'shop.test',
      'x-forwarded-for': '127.0.0.1',
      'x-real-ip': '127.0.0.1',
      'x-forwarded-proto': 'http',
      'x-forwarded-host': 'shop.test',
      'x-forwarded-port': String(bench.http),
      'x-kept': '2',
    });
    expect(headers['x-request-id']).to.match(/^[\da-f]{32}$/);
    expect(headers).not.to.have.any.keys('x-mine', 'forwarded', 'te', 'x_real_ip', 'x-forwarded-prefix');
  });

  it('leads nobody to what only the node is to reach, whatever the endpoints of a Service say', async () => {
    let reached = 0;
    const { port } = await bench.pod((_, response) => {
      reached++;
      response.end();
    });
    bench.hidden.add(port);
    await bench.start(RULE);
    expect((await bench.ask('http://shop.test/')).status).to.equal(503);
    expect(reached).to.equal(0);
  });

  it('carries bodies of any framing both ways, byte by byte', async () => {
    await bench.pod((incoming, response) => incoming.pipe(response));
    await bench.start(RULE);
    const body = 'pilotage '.repeat(200_000);
    expect((await bench.ask('http://shop.test/', { method: 'PUT', body })).body === body).to.equal(true);
    const chunked = { method: 'PUT', body, headers: { 'transfer-encoding': 'chunked' } };
    expect((await bench.ask('http://shop.test/', chunked)).body === body).to.equal(true);
  });

  it('does not keep back what comes bit by bit', async () => {
    let go = () => {};
    await bench.pod((_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.flushHeaders();
      go = () => void response.write('data: one\n\n');
    });
    await bench.start(RULE);
    const outgoing = request({ port: bench.http, headers: { host: 'shop.test' } }).end();
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
    go();
    const [chunk] = (await once(response, 'data')) as [Buffer];
    expect(String(chunk)).to.equal('data: one\n\n');
    outgoing.destroy();
  });

  it('tries the next pod when one accepts no connection, with the body unread', async () => {
    const { ip, port } = await bench.pod(echo);
    bench.pods(port, { [freshIp()]: 'ready', [ip]: 'ready', [freshIp()]: 'ready' });
    await bench.start(RULE);
    for (let i = 0; i < 4; i++) {
      const { status, body } = await bench.ask('http://shop.test/', { method: 'POST', body: 'once' });
      expect([status, JSON.parse(body).body]).to.deep.equal([200, 'once']);
    }
  });

  it('asks again where a resting connection turns out to be closed, and sends nothing twice that must not be', async () => {
    const seen: string[] = [];
    const { ip, port } = await bench.pod((incoming, response) => {
      seen.push(`${incoming.method}`);
      if (seen.length % 2 === 0) incoming.socket.destroy();
      else response.end('fine');
    });
    await bench.start(RULE);
    expect(ip && port).to.be.ok;
    const status = async (method: string) => (await bench.ask('http://shop.test/', { method })).status;
    expect([await status('GET'), await status('GET')]).to.deep.equal([200, 200]);
    expect(seen).to.deep.equal(['GET', 'GET', 'GET']);
    expect(await status('POST')).to.equal(502);
    expect(seen).to.have.length(4);
  });

  it('says in a line what is missing', async () => {
    await bench.start(RULE, { name: 'gone', rules: ['gone.test Prefix / gone'] });
    const said = async (host: string) => {
      const { status, body } = await bench.ask(`http://${host}/x`);
      return `${status}: ${body}`;
    };
    expect(await said('shop.test')).to.equal('503: 503 there is no Service shop/web\n');
    expect(await said('gone.test')).to.equal('503: 503 there is no Service shop/gone\n');
    expect(await said('other.test')).to.equal('404: 404 no Ingress serves other.test/x\n');
    bench.pods(1, {});
    await eventually(() => bench.saved?.services.length === 1, 'the Service is known');
    expect(await said('shop.test')).to.equal('503: 503 no pod of the Service shop/web is ready\n');
    const deaf = freshIp();
    bench.pods(1, { [deaf]: 'ready' });
    await eventually(() => bench.proxy.backends(WEB, '').length === 1, 'the pod is known');
    expect(await said('shop.test')).to.equal('502: 502 no pod of the Service shop/web accepts connections\n');
  });

  it('reads its Ingresses again for the Services that they name, and for no others', async () => {
    const readings = () => bench.waits.filter((ms) => ms === GATHER_MS).length;
    bench.pods(1, {});
    await bench.start(RULE);
    await eventually(() => bench.saved?.services.length === 1, 'the Service is known');
    const before = readings();
    bench.cluster.put(service('elsewhere'));
    await eventually(() => bench.proxy.services.list().length === 2, 'the other is known');
    expect(readings()).to.equal(before);
    bench.cluster.put(service('web', 'shop', { ports: [{ name: 'http', port: 8080 }] }));
    await eventually(() => bench.saved?.services[0]?.spec.ports?.[0]?.port === 8080, 'the change arrives');
    expect(readings()).to.equal(before + 1);
  });

  it('waits for an answer as long as the Ingress says, a WebSocket too', async () => {
    await bench.pod(() => {});
    await bench.start({ ...RULE, annotations: { [`${NGINX}proxy-read-timeout`]: '1' } });
    const webSocket = { headers: { connection: 'Upgrade', upgrade: 'websocket' } };
    const told = await Promise.all([
      bench.ask('http://shop.test/'),
      bench.ask('http://shop.test/', webSocket),
    ]);
    const late = '504 504 the pods of the Service shop/web do not answer in time\n';
    expect(told.map(({ status, body }) => `${status} ${body}`)).to.deep.equal([late, late]);
  });

  it('ends a body that grows beyond what the Ingress allows', async () => {
    await bench.pod((incoming, response) => incoming.resume().once('end', () => response.end()));
    await bench.start({ ...RULE, annotations: { [`${NGINX}proxy-body-size`]: '1k' } });
    const put = (body: string) =>
      bench.ask('http://shop.test/', { method: 'PUT', body, headers: { 'transfer-encoding': 'chunked' } });
    expect((await put('x'.repeat(1024))).status).to.equal(200);
    expect((await put('x'.repeat(1025))).status).to.equal(413);
  });

  it('keeps a client at one pod by a cookie, and gives it another when that pod goes', async () => {
    const { ip, port } = await bench.pod((_, response) => response.end('a'));
    const b = freshIp();
    const server = createPlain('b');
    server.listen(port, b);
    await once(server, 'listening');
    bench.afterwards(() => server.close());
    bench.pods(port, { [ip]: 'ready', [b]: 'ready' });
    await bench.start({ ...RULE, annotations: { [`${NGINX}affinity`]: 'cookie' } });
    const first = await bench.ask('http://shop.test/', { agent: new Agent() });
    const [cookie = ''] = first.headers['set-cookie'] ?? [];
    expect(cookie).to.match(/^INGRESSCOOKIE=[\da-f]{32}; Path=\/; HttpOnly$/);
    const headers = { cookie: `other=1; ${cookie.split(';')[0]}` };
    for (let i = 0; i < 4; i++) {
      const told = await bench.ask('http://shop.test/', { headers });
      expect([told.body, told.headers['set-cookie']]).to.deep.equal([first.body, undefined]);
    }
    bench.pods(port, { [first.body === 'a' ? b : ip]: 'ready' });
    await eventually(() => bench.proxy.backends(WEB, '').length === 1, 'the change arrives');
    const moved = await bench.ask('http://shop.test/', { headers });
    expect([moved.body, moved.headers['set-cookie']?.length]).to.deep.equal([
      first.body === 'a' ? 'b' : 'a',
      1,
    ]);
  });

  it('asks for a name and a password before anything is carried', async () => {
    await bench.pod(echo);
    bench.secret('people', { auth: 'ann:{SHA}VBPuJHI7uixaa6LQGWx4s+5GKNE=' });
    await bench.start({
      ...RULE,
      annotations: { [`${NGINX}auth-type`]: 'basic', [`${NGINX}auth-secret`]: 'people' },
    });
    expect((await bench.ask('http://shop.test/')).status).to.equal(401);
    const authorization = `Basic ${Buffer.from('ann:myPassword').toString('base64')}`;
    expect((await bench.ask('http://shop.test/', { headers: { authorization } })).status).to.equal(200);
  });

  it('speaks TLS with the pods where the Ingress says so', async () => {
    const server = createSecureServer(selfSigned('pod'), echo);
    const ip = freshIp();
    server.listen(0, ip);
    await once(server, 'listening');
    bench.afterwards(() => server.close());
    bench.pods((server.address() as AddressInfo).port, { [ip]: 'ready' });
    await bench.start({ ...RULE, annotations: { [`${NGINX}backend-protocol`]: 'HTTPS' } });
    for (let i = 0; i < 2; i++) expect((await bench.ask('http://shop.test/')).status).to.equal(200);
  });

  it('gives a pod that is about to stop no more requests, on connections that rest neither', async () => {
    const { ip, port } = await bench.pod((_, response) => response.end('a'));
    const b = freshIp();
    const server = createPlain('b');
    server.listen(port, b);
    await once(server, 'listening');
    bench.afterwards(() => server.close());
    bench.pods(port, { [ip]: 'ready', [b]: 'ready' });
    await bench.start(RULE);
    const bodies = async (count: number) => {
      const found = new Set<string>();
      for (let i = 0; i < count; i++) found.add((await bench.ask('http://shop.test/')).body);
      return [...found].sort();
    };
    expect(await bodies(4)).to.deep.equal(['a', 'b']);
    await bench.proxy.releasePod(`pod-${ip}`);
    expect(await bodies(6)).to.deep.equal(['b']);
  });

  it('serves what was saved while the API is away', async () => {
    await bench.pod((_, response) => response.end('a'));
    await bench.start(RULE);
    expect(bench.saved?.ingresses).to.have.length(1);
    bench.cluster.down();
    expect((await bench.ask('http://shop.test/')).body).to.equal('a');
  });
});

const createPlain = (name: string) => createServer((_, response) => response.end(name));
