import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { type WebSocket, WebSocketServer } from 'ws';
import { systemClock } from '../../../../src/base/clock.ts';
import { silentLogger } from '../../../../src/base/log.ts';
import { StreamError } from '../../../../src/orchestrator/link/failure.ts';
import { decodeFrame, encodeFrame, type Frame } from '../../../../src/orchestrator/link/frame.ts';
import { linkPath } from '../../../../src/orchestrator/link/path.ts';
import type { LinkRequest } from '../../../../src/orchestrator/link/requests.ts';
import { keepLinked } from '../../../../src/orchestrator/node/link/client.ts';
import { seeded } from '../../../kube/seeded.ts';
import { until } from '../helpers.ts';

const REQUEST = {
  type: 'logs',
  pod: { namespace: 'default', name: 'web', uid: 'u1' },
  container: 'main',
  follow: false,
  previous: false,
  timestamps: false,
} satisfies LinkRequest;

/** An API server that says what it likes to the agent that dials it. */
async function hostileServer(): Promise<{ server: Server; url: string; link: Promise<WebSocket> }> {
  const server = createServer();
  const sockets = new WebSocketServer({ server });
  const link = new Promise<WebSocket>((resolve) => {
    sockets.on('connection', (socket, request) => {
      if (request.url === linkPath('n1')) resolve(socket);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { server, url, link };
}

describe("the agent's end of the link", () => {
  it('ignores frames that are no request, and answers the next that is', async () => {
    const { server, url, link } = await hostileServer();
    const answered: string[] = [];
    const stop = new AbortController();
    const linked = keepLinked(
      {
        target: { url },
        nodeName: 'n1',
        onRequest(request, stream) {
          answered.push(request.type === 'logs' ? request.container : request.type);
          stream.reset(new StreamError('NotFound', 'no such pod'));
        },
        clock: systemClock,
        logger: silentLogger,
      },
      stop.signal,
    );
    const socket = await link;
    const frames: Frame[] = [];
    socket.on('message', (data: Buffer) => {
      const frame = decodeFrame(data);
      if (frame) frames.push(frame);
    });
    let number = 0;
    const open = (request: unknown) => {
      number += 1;
      socket.send(encodeFrame('open', number, Buffer.from(JSON.stringify(request) ?? '')));
      return number;
    };
    const answerTo = (stream: number) =>
      until('the answer', () => frames.find((frame) => frame.stream === stream));
    const random = seeded(15);
    for (const text of ['', 'null', '7', '"x"', '[]', '{}', '{', '\ud800']) socket.send(text);
    // Each member of a request in turn is something else.
    for (const key of Object.keys(REQUEST)) {
      for (const value of [null, 7, {}, [], '\ud800/../x', '']) {
        if (key !== 'container' || typeof value !== 'string') open({ ...REQUEST, [key]: value });
      }
    }
    open({ ...REQUEST, tailLines: -1 });
    open({ ...REQUEST, sinceTime: 'yesterday' });
    open({ type: 'exec', pod: REQUEST.pod, container: 'main', stdin: false, command: [] });
    open({ type: 'portForward', pod: REQUEST.pod, port: 65_536 });
    const unread = await answerTo(open({ type: 'reboot', pod: REQUEST.pod }));
    expect(String(unread.payload)).to.include('cannot be read');
    // Frames of streams that are over, or never were.
    for (const type of ['accept', 'data', 'window', 'end', 'reset'] as const)
      for (const stream of [1, number, number + 1_000])
        socket.send(encodeFrame(type, stream, Buffer.alloc(3)));
    for (let i = 0; i < 50; i++) {
      const bytes = Buffer.from(Array.from({ length: 30 }, () => random(256)));
      // Not the first byte of a request, whose number could be any.
      bytes[0] = 2 + random(250);
      socket.send(bytes);
    }
    const message = await answerTo(open(REQUEST));
    expect(message.type).to.equal('reset');
    expect(String(message.payload)).to.include('no such pod');
    expect(answered).to.deep.equal(['main']);
    stop.abort();
    await linked;
    server.closeAllConnections();
    server.close();
  });
});
