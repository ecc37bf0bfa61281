import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { expect } from 'chai';
import { WebSocketServer } from 'ws';
import { ENDPOINT_SLICES, SERVICES } from '../../../../src/kube/kinds/resources.data.ts';
import { rewritten } from '../../../../src/orchestrator/api/streaming/httpproxy.ts';
import { StreamError } from '../../../../src/orchestrator/link/failure.ts';
import { CHANNEL } from '../../../../src/orchestrator/link/frame.ts';
import type { LinkStream } from '../../../../src/orchestrator/link/stream.ts';
import { type Ask, askOf } from './ask.ts';
import { podPath, type StreamWorld, startStreamWorld } from './world.ts';

const NAMESPACE = '/api/v1/namespaces/default';

describe('the proxy to pods and services', () => {
  let world: StreamWorld;
  let backend: Server;
  before(async () => {
    world = await startStreamWorld();
    backend = createServer((asked, answer) => {
      if (asked.url === '/moved') return void answer.writeHead(302, { Location: '/there' }).end();
      let body = '';
      asked.on('data', (chunk) => {
        body += chunk;
      });
      asked.on('end', () => {
        answer.writeHead(201, { 'X-Own': 'yes' });
        answer.end(JSON.stringify({ method: asked.method, url: asked.url, headers: asked.headers, body }));
      });
    });
    const sockets = new WebSocketServer({ server: backend });
    sockets.on('connection', (socket) => socket.on('message', (data) => socket.send(`\0${data}`)));
    await new Promise<void>((resolve) => backend.listen(0, '127.0.0.1', resolve));
    const { port } = backend.address() as AddressInfo;
    world.onRequest((asked, stream) => {
      if (asked.type !== 'portForward') return stream.end({});
      if (asked.port !== 8080) return stream.reset(new StreamError('ServiceUnavailable', 'nobody listens'));
      return forward(stream, port);
    });
    const metadata = { name: 'shop', namespace: 'default' };
    await world.server.client().create(SERVICES, {
      apiVersion: 'v1',
      kind: 'Service',
      metadata,
      spec: { ports: [{ name: 'http', port: 80, targetPort: 8080 }] },
    });
  });
  after(async () => {
    backend.closeAllConnections();
    backend.close();
    await world.close();
  });

  const ask: Ask = (...parameters) => askOf(world)(...parameters);
  const seen = async (...parameters: Parameters<typeof ask>) => JSON.parse((await ask(...parameters)).body);

  it('passes every method on, with path and query as they were sent', async () => {
    for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
      const path = `${NAMESPACE}/pods/web:8080/proxy/a%2Fb/c?d=e%20f`;
      expect(await seen(path, method, method === 'GET' ? undefined : 'text')).to.include({
        method,
        url: '/a%2Fb/c?d=e%20f',
        body: method === 'GET' ? '' : 'text',
      });
    }
    const answer = await ask(`${NAMESPACE}/pods/http:web:8080/proxy/`);
    expect(answer).to.deep.include({ code: 201 });
    expect(answer.headers).to.include({ 'x-own': 'yes' });
  });

  it('tells the backend where the request came from, and not what proves who sent it', async () => {
    const { headers } = await seen(`${NAMESPACE}/pods/web:8080/proxy/x`, 'GET', undefined, {
      Authorization: `Bearer ${world.server.token}`,
      'Impersonate-User': 'system:admin',
      'Impersonate-Group': 'system:masters',
      'X-Mine': 'kept',
    });
    expect(headers).to.include({
      'x-mine': 'kept',
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-uri': `${NAMESPACE}/pods/web:8080/proxy/x`,
    });
    expect(headers).not.to.have.any.keys('authorization', 'impersonate-user', 'impersonate-group');
  });

  it('leads a page without slash to the one with it, and redirects through itself', async () => {
    expect((await ask(`${NAMESPACE}/pods/web:8080/proxy?a=b`)).headers).to.include({
      location: `${NAMESPACE}/pods/web:8080/proxy/?a=b`,
    });
    expect((await ask(`${NAMESPACE}/pods/web:8080/proxy/moved`)).headers).to.include({
      location: `${NAMESPACE}/pods/web:8080/proxy/there`,
    });
    expect(rewritten('http://elsewhere/x', 'here', '/p')).to.equal('http://elsewhere/x');
    expect(rewritten('http://here/x', 'here', '/p')).to.equal('/p/x');
    expect(rewritten('x', 'here', '/p')).to.equal('x');
    expect(rewritten('/p/x', 'here', '/p')).to.equal('/p/x');
  });

  it('takes a WebSocket through', async () => {
    const client = await world.dial(`${NAMESPACE}/pods/web:8080/proxy/ws`, []);
    client.socket.send('hello');
    await new Promise((resolve) => client.socket.once('message', resolve));
    expect(client.messages).to.deep.equal([[0, 'hello']]);
    client.socket.close();
    await client.closed;
  });

  it('finds a ready pod behind a Service by the number and the name of its port', async () => {
    const none = await ask(`${NAMESPACE}/services/shop:http/proxy/`);
    expect(none.code).to.equal(503);
    expect(JSON.parse(none.body).message).to.equal('no endpoints available for service "shop"');
    await world.server.client().create(ENDPOINT_SLICES, {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { name: 'shop-1', namespace: 'default', labels: { 'kubernetes.io/service-name': 'shop' } },
      addressType: 'IPv4',
      ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
      endpoints: [
        { addresses: ['127.0.0.9'], conditions: { ready: false }, targetRef: { kind: 'Pod', name: 'gone' } },
        { addresses: ['127.0.0.1'], conditions: { ready: true }, targetRef: { kind: 'Pod', name: 'web' } },
      ],
    });
    for (const id of ['shop:http', 'shop:80', 'http:shop:http'])
      expect(await seen(`${NAMESPACE}/services/${id}/proxy/x`), id).to.include({ url: '/x' });
    const other = await ask(`${NAMESPACE}/services/shop:81/proxy/`);
    expect(JSON.parse(other.body).message).to.equal('no service port 81 found for service "shop"');
  });

  it('says what it cannot reach', async () => {
    const refusal = async (id: string) =>
      JSON.parse((await ask(`${NAMESPACE}/pods/${id}/proxy/`)).body).message;
    expect(await refusal('web:81')).to.include('nobody listens');
    expect(await refusal('gone:80')).to.equal('pods "gone" not found');
    expect(await refusal('ftp:web:80')).to.equal('invalid pod request "ftp:web:80"');
    expect(JSON.parse((await ask(podPath('exec', 'command=a&stdout=1'))).body).message).to.equal(
      'Upgrade request required',
    );
  });
});

/** What the node does: bytes both ways between the stream and a port of this machine. */
async function forward(stream: LinkStream, port: number): Promise<void> {
  const socket = connect({ host: '127.0.0.1', port });
  stream.accept();
  socket.on('data', (bytes) => void stream.send(CHANNEL.stdout, bytes).catch(() => {}));
  socket.on('close', () => stream.end({}));
  socket.on('error', () => {});
  stream.signal.addEventListener('abort', () => socket.destroy());
  for await (const { channel, bytes } of stream.pieces()) if (channel === CHANNEL.stdin) socket.write(bytes);
}
