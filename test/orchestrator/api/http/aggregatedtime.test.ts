import { createServer, type RequestListener, request, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { expect } from 'chai';
import type { RemoteServer } from '../../../../src/orchestrator/api/aggregation/connection.ts';
import { answerDelegated } from '../../../../src/orchestrator/api/http/aggregated.ts';
import { createPace } from '../../../../src/orchestrator/api/http/pacing.ts';
import { delegatedRouteOf } from '../../../../src/orchestrator/api/http/requestinfo.ts';
import { writeAnswer } from '../../../../src/orchestrator/api/http/respond.ts';
import { FakeClock } from '../../../fakes/clock.ts';
import { until } from '../../../fakes/until.ts';

const SHIPS = '/apis/sea.example.com/v1/ships';

describe('the time of a request for what an aggregated API server serves', () => {
  const servers: Server[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      server.close();
    }
  });
  async function listen(listener: RequestListener): Promise<number> {
    const server = createServer(listener);
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return (server.address() as AddressInfo).port;
  }

  /** A request that the clock has moved on by `ms` for, once the server behind had it, and what is done then: the code and the text of the answer. */
  async function asked(
    path: string,
    ms: number,
    behind: RequestListener,
    { method = 'GET', afterwards = () => {} } = {},
  ): Promise<readonly [number, string]> {
    const clock = new FakeClock();
    let isAsked = false;
    const port = await listen((incoming, outgoing) => {
      behind(incoming, outgoing);
      isAsked = true;
    });
    const server: RemoteServer = { host: 'x', connect: async () => connect(port, '127.0.0.1') as TLSSocket };
    const front = await listen(async (incoming, outgoing) => {
      const { pathname, searchParams: query } = new URL(incoming.url ?? '', 'https://x');
      const route = delegatedRouteOf(pathname);
      if (!route) throw new Error('not a path of an aggregated server');
      const call = { method, query, user: { name: 'ann', groups: [] } };
      const api = { authorize: () => ({ allowed: true }) as const };
      const answer = await answerDelegated(api, clock, call, { server, route });
      const pace = createPace(clock);
      await writeAnswer(outgoing, answer, { warnings: [], headOnly: false, pace });
    });
    let text = '';
    return new Promise((resolve, reject) => {
      request({ port: front, host: '127.0.0.1', path, method }, (answer) => {
        answer.on('data', (chunk) => {
          text += chunk;
        });
        const done = () => resolve([answer.statusCode ?? 0, text]);
        answer.on('end', done).on('error', done);
      })
        .on('error', reject)
        .end();
      const isUnderWay = () => isAsked && (text !== '' || clock.pending > 0);
      until(isUnderWay)
        .then(() => clock.advance(ms))
        .then(afterwards, reject);
    });
  }
  const silent: RequestListener = () => {};
  const hesitant: RequestListener = (_, answer) => void answer.writeHead(200).write('half');

  it('is a minute, and no more', async () => {
    const [code, text] = await asked(SHIPS, 60_000, silent);
    expect([code, JSON.parse(text).reason]).to.deep.equal([504, 'Timeout']);
    expect((await asked(`${SHIPS}?timeout=90s`, 60_000, silent))[0]).to.equal(504);
  });

  it('is less where the client says so', async () => {
    expect((await asked(`${SHIPS}?timeout=3s`, 3_000, silent))[0]).to.equal(504);
  });

  it('is five seconds for a description of the server, for which everybody waits', async () => {
    expect((await asked('/apis/sea.example.com/v1', 5_000, silent))[0]).to.equal(504);
  });

  it('is over in the midst of an answer, too, which is torn then', async () => {
    const [code, text] = await asked(SHIPS, 60_000, hesitant);
    expect([code, text]).to.deep.equal([200, 'half']);
  });

  it('has no end for watches', async () => {
    let finish = () => {};
    const watch: RequestListener = (request, answer) => {
      hesitant(request, answer);
      finish = () => answer.end(', and the rest');
    };
    const answer = await asked(`${SHIPS}?watch=true`, 3_600_000, watch, { afterwards: () => finish() });
    expect(answer).to.deep.equal([200, 'half, and the rest']);
  });

  it('is a minute for a write that calls itself a watch', async () => {
    expect((await asked(`${SHIPS}?watch=true`, 60_000, silent, { method: 'POST' }))[0]).to.equal(504);
  });
});
