import { expect } from 'chai';
import { text } from '../../../../../src/orchestrator/api/http/answers.ts';
import { timeoutOf } from '../../../../../src/orchestrator/api/http/overload/deadline.ts';
import { inTurns } from '../../../../../src/orchestrator/api/http/overload/turns.ts';
import type { Call } from '../../../../../src/orchestrator/api/http/request.ts';
import { routeOf } from '../../../../../src/orchestrator/api/http/requestinfo.ts';
import { refusal } from '../../../../contract/notation.ts';
import { FakeClock } from '../../../../fakes/clock.ts';

describe('the time of a request', () => {
  const TIMES: readonly [asked: string, ms: number][] = [
    ['', 60_000],
    ['timeout=0s', 60_000],
    ['timeout=5s', 5_000],
    ['timeout=1.5s', 1_500],
    ['timeout=1m', 60_000],
    ['timeout=1h2m3s', 60_000],
    ['timeout=250ms', 250],
  ];
  for (const [asked, ms] of TIMES)
    it(`is ${ms} ms of "${asked}"`, () => expect(timeoutOf(new URLSearchParams(asked))).to.equal(ms));

  for (const wrong of ['soon', '5', '-5s', '5s ', 's'])
    it(`is not "${wrong}"`, () =>
      expect(() => timeoutOf(new URLSearchParams({ timeout: wrong }))).to.throw(
        'invalid timeout specified in the request URL',
      ));

  const call = (path: string, query = '', method = 'GET'): Call => ({
    method,
    path,
    query: new URLSearchParams(query),
    route: routeOf(path),
    user: { name: 'ann', groups: ['system:authenticated'] },
    accept: undefined,
    acceptEncoding: undefined,
    ifNoneMatch: undefined,
    userAgent: '',
    contentType: '',
    body: async () => Buffer.alloc(0),
    signal: () => new AbortController().signal,
    warnings: [],
  });
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  const open = { closing: () => false };

  it('ends with Timeout, but not that of a watch or a stream', async () => {
    const clock = new FakeClock();
    const handle = inTurns(() => new Promise(() => {}), { clock, ...open });
    const failed = refusal(handle(call('/api/v1/pods', 'timeout=5s')));
    const watching = handle(call('/api/v1/pods', 'watch=1&timeout=5s')).catch(() => 'ended');
    const following = handle(call('/api/v1/namespaces/a/pods/b/log', 'timeout=5s')).catch(() => 'ended');
    await settled();
    await clock.advance(5_000);
    const { status } = await failed;
    expect([status.code, status.reason]).to.deep.equal([504, 'Timeout']);
    expect(await Promise.race([watching, following, settled()])).to.equal(undefined);
  });

  for (const [what, method, path] of [
    ['a write', 'PUT', '/api/v1/namespaces/a/pods/b'],
    ['a read of one object', 'GET', '/api/v1/namespaces/a/pods/b'],
  ] as const)
    it(`has an end for ${what} that calls itself a watch`, async () => {
      const clock = new FakeClock();
      const failed = refusal(
        inTurns(() => new Promise(() => {}), { clock, ...open })(call(path, 'watch=true', method)),
      );
      await settled();
      await clock.advance(60_000);
      expect((await failed).reason).to.equal('Timeout');
    });

  it('is spent waiting for a quarter at most', async () => {
    const clock = new FakeClock();
    const handle = inTurns(() => new Promise(() => {}), { clock, ...open, seats: 1 });
    void handle(call('/api/v1/pods')).catch(() => {});
    await settled();
    const failed = refusal(handle(call('/api/v1/pods', 'timeout=8s')));
    await settled();
    await clock.advance(2_000);
    expect((await failed).reason).to.equal('TooManyRequests');
  });

  it('is over when the server is going: clients are sent away for a while, but health is told', async () => {
    const handle = inTurns(async () => text('ok'), { clock: new FakeClock(), closing: () => true });
    const { status } = await refusal(handle(call('/api/v1/pods')));
    expect([status.code, status.details?.retryAfterSeconds]).to.deep.equal([429, 5]);
    expect(await handle(call('/readyz'))).to.deep.equal(text('ok'));
  });
});
