import { connect } from 'node:tls';
import { expect } from 'chai';
import { WebSocket, WebSocketServer } from 'ws';
import { type AggregatedWorld, SHIPS, startAvailable } from '../aggregation/world.ts';

describe('a request for what an aggregated API server serves', () => {
  let world: AggregatedWorld;
  before(async () => {
    world = await startAvailable();
  });
  after(() => world.close());

  it('is passed on with who asks, and with path and query as they were read here', async () => {
    const { method, url, headers } = await world.http.json(`${SHIPS}?limit=5&labelSelector=a%3Db`);
    expect([method, url]).to.deep.equal(['GET', `${SHIPS}?limit=5&labelSelector=a%3Db`]);
    expect(headers).to.deep.include({
      host: ['fleet.shop.svc'],
      'x-remote-user': ['admin'],
      'x-remote-group': ['system:masters', 'system:authenticated'],
    });
    expect(headers).not.to.have.property('authorization');
  });

  it('is passed on with its body, whatever its method, and the answer with its code and headers', async () => {
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
      const headers = {
        authorization: 'Bearer admin',
        'content-type': 'application/x',
        'content-length': 11,
      };
      const asked = await world.http.json(`${SHIPS}/ark`, { method, body: 'two of each', headers });
      expect(asked).to.include({ method, url: `${SHIPS}/ark`, body: 'two of each' });
      expect(asked.headers['content-type']).to.deep.equal(['application/x']);
    }
    world.serve((_request, response) => response.writeHead(418, { 'x-own': 'yes' }).end('short and stout'));
    const answer = await world.http.ask(SHIPS);
    expect([answer.code, answer.text, answer.headers['x-own']]).to.deep.equal([
      418,
      'short and stout',
      'yes',
    ]);
  });

  it('streams in both directions: an answer arrives before it has ended, and a body is not gathered', async () => {
    world.serve(async (request, response) => {
      response.flushHeaders();
      for await (const chunk of request) response.write(`<${chunk}>`);
      response.end('done');
    });
    const { port } = world.server;
    const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false });
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk;
    });
    const seen = async (what: string) => {
      while (!text.includes(what)) await new Promise((resolve) => socket.once('data', resolve));
    };
    socket.write(
      `POST ${SHIPS} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer admin\r\nTransfer-Encoding: chunked\r\n\r\n`,
    );
    for (const part of ['one', 'two']) {
      socket.write(`3\r\n${part}\r\n`);
      await seen(`<${part}>`);
    }
    socket.write('0\r\n\r\n');
    await seen('done');
    socket.destroy();
  });

  it('ends for the server when the client has gone', async () => {
    let gone: () => void = () => {};
    const left = new Promise<void>((resolve) => {
      gone = resolve;
    });
    world.serve((request, response) => {
      response.writeHead(200).write('{}\n');
      request.on('close', gone);
    });
    const { port } = world.server;
    const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false });
    socket.write(`GET ${SHIPS}?watch=true HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer admin\r\n\r\n`);
    await new Promise((resolve) => socket.once('data', resolve));
    socket.destroy();
    await left;
  });

  it('is passed on with the protocol that it changes to, and whoever asks is told by the server alone', async () => {
    const sockets = new WebSocketServer({ server: world.extension });
    sockets.on('connection', (socket, { headersDistinct }) => {
      socket.send(JSON.stringify(headersDistinct));
      socket.on('message', (data) => socket.send(`echo ${data}`));
    });
    const socket = new WebSocket(`wss://127.0.0.1:${world.server.port}${SHIPS}/ark/crew`, ['bell'], {
      rejectUnauthorized: false,
      headers: { authorization: 'Bearer admin', 'x-remote-user': 'noah', 'x-remote-group': 'crew' },
    });
    const next = () =>
      new Promise<string>((resolve) => socket.once('message', (data) => resolve(String(data))));
    const headers = JSON.parse(await next());
    expect(headers).to.deep.include({ 'x-remote-user': ['admin'], 'sec-websocket-protocol': ['bell'] });
    expect(headers['x-remote-group']).to.deep.equal(['system:masters', 'system:authenticated']);
    expect(headers).not.to.have.property('authorization');
    socket.send('ahoy');
    expect(await next()).to.equal('echo ahoy');
    socket.close();
    sockets.close();
  });

  it('is passed on with any other protocol as well: SPDY, byte for byte', async () => {
    world.extension.once('upgrade', ({ headers }, socket, head) => {
      socket.write(`HTTP/1.1 101 OK\r\nConnection: Upgrade\r\nUpgrade: ${headers.upgrade}\r\n\r\n`);
      socket.write(head);
      socket.pipe(socket);
    });
    const socket = connect({ host: '127.0.0.1', port: world.server.port, rejectUnauthorized: false });
    const lines = [`POST ${SHIPS}/ark/crew HTTP/1.1`, 'Host: x', 'Authorization: Bearer admin'];
    socket.write(`${[...lines, 'Connection: Upgrade', 'Upgrade: SPDY/3.1'].join('\r\n')}\r\n\r\n`);
    let text = '';
    const seen = async (what: string) => {
      while (!text.includes(what))
        text += await new Promise<Buffer>((resolve) => socket.once('data', resolve)).then(String);
    };
    await seen('\r\n\r\n');
    expect(text)
      .to.match(/^HTTP\/1\.1 101 /)
      .and.to.match(/upgrade: SPDY\/3\.1/i);
    socket.write('frame');
    await seen('frame');
    socket.destroy();
  });

  it('gets the discovery document of the server itself', async () => {
    const list = await world.http.json('/apis/sea.example.com/v1');
    expect(list).to.include({ kind: 'APIResourceList', groupVersion: 'sea.example.com/v1' });
  });

  it('is refused with a method that no API server knows', async () => {
    const { code, text } = await world.http.ask(SHIPS, { method: 'OPTIONS' });
    expect([code, JSON.parse(text).reason]).to.deep.equal([405, 'MethodNotAllowed']);
  });

  it('is answered ServiceUnavailable when the server breaks off before it answers', async () => {
    world.serve((request) => request.socket.destroy());
    const { code, text } = await world.http.ask(SHIPS);
    expect(code).to.equal(503);
    expect(JSON.parse(text)).to.include({ kind: 'Status', reason: 'ServiceUnavailable' });
    expect(JSON.parse(text).message).to.match(/^error trying to reach service: /);
  });
});
