import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';
import { WebSocket, WebSocketServer } from 'ws';
import { eventually, freshIp } from '../proxybench.ts';
import { echo, IngressBench } from './ingressbench.ts';
import { NGINX } from './notation.ts';

const RULE = { rules: ['shop.test Prefix / web'] };
const WEB = { namespace: 'shop', service: 'web', portName: 'http' };

describe('the ingress and HTTP/1.1', () => {
  let bench: IngressBench;
  beforeEach(() => {
    bench = new IngressBench();
  });
  afterEach(() => bench.dispose());

  const raw = async (message: string): Promise<string> => {
    const socket = connect({ host: '127.0.0.1', port: bench.http });
    socket.write(message);
    return text(socket);
  };

  it('carries a WebSocket, and passes on a refusal', async () => {
    const { ip, port } = await bench.pod((_, response) => response.writeHead(403).end('no'));
    const server = webSocketPod();
    const other = freshIp();
    server.listen(port, other);
    await once(server, 'listening');
    bench.afterwards(() => server.close());
    bench.pods(port, { [other]: 'ready' });
    await bench.start(RULE);
    const client = new WebSocket(`ws://127.0.0.1:${bench.http}/chat`, { headers: { host: 'shop.test' } });
    await once(client, 'open');
    client.send('hello');
    expect(String((await once(client, 'message'))[0])).to.equal('/chat hello');
    client.close();
    await once(client, 'close');
    bench.pods(port, { [ip]: 'ready' });
    const refused = async () => {
      const socket = new WebSocket(`ws://127.0.0.1:${bench.http}/`, { headers: { host: 'shop.test' } });
      socket.on('error', () => {});
      const [, response] = (await once(socket, 'unexpected-response')) as [unknown, IncomingMessage];
      return [response.statusCode, await text(response)];
    };
    await eventually(() => bench.proxy.backends(WEB, '')[0]?.host === ip, 'the change arrives');
    expect(await refused()).to.deep.equal([403, 'no']);
  });

  it('keeps a WebSocket at the pod that the cookie of an earlier one names', async () => {
    const server = webSocketPod();
    const ip = freshIp();
    server.listen(0, ip);
    await once(server, 'listening');
    bench.afterwards(() => server.close());
    bench.pods((server.address() as AddressInfo).port, { [ip]: 'ready' });
    await bench.start({ ...RULE, annotations: { [`${NGINX}affinity`]: 'cookie' } });
    const cookiesOf = async (cookie: string) => {
      const headers = { host: 'shop.test', cookie };
      const socket = new WebSocket(`ws://127.0.0.1:${bench.http}/`, { headers });
      const [response] = (await once(socket, 'upgrade')) as [IncomingMessage];
      socket.terminate();
      return response.headers['set-cookie'] ?? [];
    };
    const [given = ''] = await cookiesOf('');
    expect(given).to.match(/^INGRESSCOOKIE=[\da-f]{32}; /);
    expect(await cookiesOf(given.split(';')[0] ?? '')).to.deep.equal([]);
  });

  it('answers by HTTP/1.1 who asks for another protocol than a WebSocket', async () => {
    await bench.pod(echo);
    await bench.start(RULE);
    const answer = await raw(
      'POST /x HTTP/1.1\r\nHost: shop.test\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n' +
        'HTTP2-Settings: AAMAAABkAAQAAP__\r\nContent-Length: 5\r\n\r\nhello' +
        'GET /y HTTP/1.1\r\nHost: shop.test\r\nConnection: close\r\n\r\n',
    );
    expect(answer)
      .to.match(/^HTTP\/1.1 200 /)
      .and.to.contain('"url":"/x"')
      .and.to.contain('"body":"hello"');
    expect(answer).to.contain('"url":"/y"').and.not.to.contain('h2c');
  });

  it('closes a connection that asks for another protocol again and again: each time costs memory', async () => {
    await bench.pod(echo);
    await bench.start(RULE);
    const socket = connect({ host: '127.0.0.1', port: bench.http });
    const ask = async (path: string) => {
      socket.write(`GET ${path} HTTP/1.1\r\nHost: shop.test\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n`);
      return String((await once(socket, 'data'))[0]).split('\r\n');
    };
    expect(await ask('/1')).to.include('Connection: keep-alive');
    expect(await ask('/2')).to.include('Connection: close');
    await once(socket, 'close');
  });

  it('takes no request whose end could be read in two ways', async () => {
    let reached = 0;
    await bench.pod((_, response) => {
      reached++;
      response.end();
    });
    await bench.start(RULE);
    const head = 'POST / HTTP/1.1\r\nHost: shop.test\r\nConnection: close\r\n';
    for (const framing of [
      'Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      'Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!',
      'Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n',
      'Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n',
    ])
      expect(await raw(head + framing), framing).to.match(/^HTTP\/1.1 400 /);
    expect(await raw('GET / HTTP/1.1\r\nHost: a b\r\nConnection: close\r\n\r\n')).to.match(/^HTTP\/1.1 400 /);
    expect(reached).to.equal(0);
    const absolute = await raw(
      'GET http://shop.test/x HTTP/1.1\r\nHost: other.test\r\nConnection: close\r\n\r\n',
    );
    expect([absolute.slice(9, 12), reached]).to.deep.equal(['200', 1]);
  });
});

/** Sends back what it is sent, with its path. */
function webSocketPod() {
  const sockets = new WebSocketServer({ noServer: true });
  sockets.on('connection', (socket, { url }) =>
    socket.on('message', (data) => socket.send(`${url} ${data}`)),
  );
  const server = createServer();
  server.on('upgrade', (incoming, socket, head) =>
    sockets.handleUpgrade(incoming, socket, head, (client) => sockets.emit('connection', client, incoming)),
  );
  return server;
}
