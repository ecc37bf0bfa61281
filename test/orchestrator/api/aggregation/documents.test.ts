import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { expect } from 'chai';
import { systemClock } from '../../../../src/base/clock.ts';
import { askFor } from '../../../../src/orchestrator/api/aggregation/documents.ts';
import { FakeClock } from '../../../fakes/clock.ts';

describe('a document that an aggregated API server is asked for', () => {
  const servers: Server[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      server.close();
    }
  });
  async function ask(listener: RequestListener, clock = systemClock) {
    const server = createServer(listener);
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const user = { name: 'ann', groups: ['crew'] };
    const question = {
      method: 'GET',
      host: 'fleet.shop.svc',
      path: '/apis/g/v1',
      user,
      timeoutMs: 5_000,
    } as const;
    return askFor(connect(port, '127.0.0.1'), question, clock);
  }
  const failure = (listener: RequestListener): Promise<string> =>
    ask(listener).then(
      () => 'none',
      (error: Error) => error.message,
    );

  it('is read as JSON, and asked for as somebody', async () => {
    const read = await ask(({ url, headers }, answer) => answer.end(JSON.stringify({ url, headers })));
    expect(read.url).to.equal('/apis/g/v1');
    expect(read.headers).to.include({
      host: 'fleet.shop.svc',
      'x-remote-user': 'ann',
      'x-remote-group': 'crew',
      accept: 'application/json',
    });
  });

  it('is none where the server does not answer with success, a redirect included', async () => {
    for (const code of [301, 403, 404, 500])
      expect(await failure((_, answer) => answer.writeHead(code, { location: '/x' }).end('{}'))).to.equal(
        `bad status: ${code}`,
      );
  });

  it('is none where it is not a JSON object', async () => {
    for (const text of ['', 'page not found', '[]', '"x"', '['.repeat(10_000)])
      expect(await failure((_, answer) => answer.end(text))).to.equal('the answer is not a JSON object');
  });

  it('is given up once it is too large', async () => {
    const part = Buffer.alloc(1024 * 1024, 32);
    const endless: RequestListener = (_, answer) => {
      const more = () => {
        while (answer.write(part));
        answer.once('drain', more);
      };
      more();
    };
    expect(await failure(endless)).to.equal('the answer is too large');
  });

  it('is given up when its time is over, be it without an answer or in the midst of one', async () => {
    for (const listener of [() => {}, (_request, answer) => answer.write('{')] as RequestListener[]) {
      const clock = new FakeClock();
      let isAsked = () => {};
      const asked = new Promise<void>((resolve) => {
        isAsked = resolve;
      });
      const given = ask((request, answer) => {
        listener(request, answer);
        isAsked();
      }, clock).catch((error: Error) => error.message);
      await asked;
      await clock.advance(4_999);
      expect(clock.pending).to.equal(1);
      await clock.advance(1);
      expect(await given).to.equal('context deadline exceeded');
    }
  });

  it('is none where the server breaks off', async () => {
    expect(await failure((request) => request.socket.destroy())).to.equal('socket hang up');
  });
});
