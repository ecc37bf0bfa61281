import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { type WebSocket, WebSocketServer } from 'ws';
import { systemClock } from '../../../../src/base/clock.ts';
import { silentLogger } from '../../../../src/base/log.ts';
import { CHANNEL, type LinkRequest, linkPath } from '../../../../src/orchestrator/link.ts';
import { keepLinked } from '../../../../src/orchestrator/node/link/client.ts';
import { seeded } from '../../../kube/seeded.ts';

const REQUEST = {
  id: 'r1',
  type: 'logs',
  pod: { namespace: 'default', name: 'web', uid: 'u1' },
  container: 'main',
  follow: false,
  previous: false,
  timestamps: false,
} satisfies LinkRequest;

/** An API server that says what it likes to the agent that dials it. */
async function hostileServer(): Promise<{
  server: Server;
  url: string;
  link: Promise<WebSocket>;
  stream: () => Promise<Buffer>;
}> {
  const server = createServer();
  const sockets = new WebSocketServer({ server });
  const waiting: ((message: Buffer) => void)[] = [];
  const link = new Promise<WebSocket>((resolve) => {
    sockets.on('connection', (socket, request) => {
      if (request.url === linkPath('n1')) resolve(socket);
      else socket.on('message', (data: Buffer) => waiting.shift()?.(data));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { server, url, link, stream: () => new Promise((resolve) => waiting.push(resolve)) };
}

describe("the agent's end of the link", () => {
  it('ignores frames that are no request, and answers the next that is', async () => {
    const { server, url, link, stream } = await hostileServer();
    const answered: LinkRequest[] = [];
    const stop = new AbortController();
    const linked = keepLinked(
      {
        target: { url },
        nodeName: 'n1',
        answer: async (request) => {
          answered.push(request);
          if (request.id === 'throws') throw new Error('the log cannot be read');
          return { type: 'failure', failure: { reason: 'NotFound', message: 'no such pod' } };
        },
        clock: systemClock,
        logger: silentLogger,
      },
      stop.signal,
    );
    const socket = await link;
    const random = seeded(15);
    const parts = ['', 'null', '7', '"x"', '[]', '{}', '{', '\ud800'];
    for (const text of parts) socket.send(text);
    // Each member of a request in turn is something else.
    for (const key of Object.keys(REQUEST)) {
      for (const value of [null, 7, {}, [], '\ud800/../x', '']) {
        if (key !== 'container' || typeof value !== 'string')
          socket.send(JSON.stringify({ ...REQUEST, [key]: value }));
      }
    }
    socket.send(JSON.stringify({ ...REQUEST, tailLines: -1 }));
    socket.send(JSON.stringify({ ...REQUEST, sinceTime: 'yesterday' }));
    for (let i = 0; i < 50; i++) socket.send(Buffer.from(Array.from({ length: 30 }, () => random(256))));
    const first = stream();
    socket.send(JSON.stringify({ ...REQUEST, id: 'throws' }));
    expect((await first).subarray(1).toString()).to.include('the log cannot be read');
    const second = stream();
    socket.send(JSON.stringify(REQUEST));
    const message = await second;
    expect(message[0]).to.equal(CHANNEL.error);
    expect(message.subarray(1).toString()).to.include('no such pod');
    expect(answered.map(({ id }) => id)).to.deep.equal(['throws', 'r1']);
    stop.abort();
    await linked;
    server.closeAllConnections();
    server.close();
  });
});
