import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { expect } from 'chai';
import { systemClock } from '../../src/base/clock.ts';
import { probeExec } from '../../src/health/probes.exec.ts';
import { probeHttp } from '../../src/health/probes.http.ts';
import { probeTcp } from '../../src/health/probes.tcp.ts';
import {
  firstAttemptDelay,
  initialProbeState,
  isFatal,
  type ProbeKind,
  type ProbeResult,
  probeConfig,
  probeStep,
} from '../../src/health/probes.ts';

/** `s` success, `f` failure, `e` error. */
const results = (word: string): ProbeResult[] =>
  [...word].map((letter) => ({
    type: letter === 's' ? 'success' : letter === 'f' ? 'failure' : 'error',
    message: letter,
  }));

describe('thresholds of probes', () => {
  const verdictAfter = (kind: ProbeKind, word: string, thresholds = {}) =>
    results(word).reduce(
      (state, result) => probeStep(state, result, probeConfig(thresholds)),
      initialProbeState(kind),
    );

  const cases: [ProbeKind, string, string][] = [
    ['readiness', '', 'failure'],
    ['readiness', 's', 'success'],
    ['readiness', 'sff', 'success'],
    ['readiness', 'sfff', 'failure'],
    ['readiness', 'sffsff', 'success'],
    ['readiness', 'sffefeef', 'failure'],
    ['liveness', '', 'success'],
    ['liveness', 'ff', 'success'],
    ['liveness', 'fff', 'failure'],
    ['startup', 'ff', 'unknown'],
    ['startup', 'ffs', 'success'],
    ['startup', 'fff', 'failure'],
  ];
  for (const [kind, word, verdict] of cases) {
    it(`${kind}: ${word || 'no look yet'} → ${verdict}`, () =>
      expect(verdictAfter(kind, word).verdict).to.equal(verdict));
  }

  it('asks for as many successes in a row as the threshold says', () => {
    expect(verdictAfter('readiness', 'ss', { successThreshold: 3 }).verdict).to.equal('failure');
    expect(verdictAfter('readiness', 'sss', { successThreshold: 3 }).verdict).to.equal('success');
  });

  it('takes a failed liveness or startup probe, not a failed readiness probe, for fatal', () => {
    expect(isFatal('liveness', verdictAfter('liveness', 'fff'))).to.equal(true);
    expect(isFatal('startup', verdictAfter('startup', 'fff'))).to.equal(true);
    expect(isFatal('readiness', verdictAfter('readiness', 'sfff'))).to.equal(false);
  });

  it('looks after the initial delay, and spreads the looks at adopted containers over a period', () => {
    const config = probeConfig({ initialDelaySeconds: 5, periodSeconds: 10 });
    expect(firstAttemptDelay(config, 0)).to.equal(5_000);
    expect(firstAttemptDelay(config, 60_000)).to.equal(0);
    expect(firstAttemptDelay(config, 60_000, 0.5)).to.equal(5_000);
  });
});

describe('probes over the network', () => {
  const stops: (() => void)[] = [];
  after(() => {
    for (const stop of stops) stop();
  });
  const serve = async (answer: RequestListener): Promise<number> => {
    const server = createServer(answer).listen(0, '127.0.0.1');
    stops.push(() => {
      server.closeAllConnections();
      server.close();
    });
    await new Promise((resolve) => server.once('listening', resolve));
    return (server.address() as AddressInfo).port;
  };
  const http = async (answer: RequestListener, more = {}) =>
    probeHttp({
      scheme: 'HTTP',
      host: '127.0.0.1',
      port: await serve(answer),
      path: '/',
      headers: [],
      timeoutMs: 2_000,
      clock: systemClock,
      ...more,
    });

  for (const [status, type] of [
    [200, 'success'],
    [204, 'success'],
    [304, 'success'],
    [399, 'success'],
    [400, 'failure'],
    [404, 'failure'],
    [500, 'failure'],
  ] as const) {
    it(`HTTP ${status} is a ${type}`, async () => {
      expect((await http((_, answer) => answer.writeHead(status).end())).type).to.equal(type);
    });
  }

  it('sends the given headers, and a connection that is not kept', async () => {
    const seen: (string | undefined)[] = [];
    await http(
      (request, answer) => {
        seen.push(request.headers.host, request.headers['user-agent'], request.headers.connection);
        answer.end();
      },
      { headers: [{ name: 'Host', value: 'shop.example' }] },
    );
    expect(seen).to.deep.equal(['shop.example', 'kube-probe/1.35', 'close']);
  });

  it('follows redirects on the same host only', async () => {
    const local = await http((request, answer) =>
      request.url === '/bad'
        ? answer.writeHead(500).end()
        : answer.writeHead(302, { location: '/bad' }).end(),
    );
    expect(local.type).to.equal('failure');
    const foreign = await http((_, answer) =>
      answer.writeHead(302, { location: 'http://127.0.0.2:1/' }).end(),
    );
    expect(foreign.type).to.equal('success');
    const circle = await http((_, answer) => answer.writeHead(302, { location: '/' }).end());
    expect(circle.message).to.contain('stopped after 10 redirects');
  });

  it('reads no more than 10 KB of a body, however long it is', async () => {
    const result = await http((_, answer) => answer.write(Buffer.alloc(1 << 20, 'x')));
    expect(result.type).to.equal('success');
    expect(result.message).to.have.length(10 * 1024);
  });

  it('fails when no answer comes in time', async () => {
    const result = await http(() => {}, { timeoutMs: 50 });
    expect(result).to.deep.include({ type: 'failure' });
    expect(result.message).to.contain('no answer within 0.05s');
  });

  it('fails when nobody listens', async () => {
    const target = { host: '127.0.0.1', port: 1, timeoutMs: 1_000, clock: systemClock };
    expect((await probeTcp(target)).message).to.contain('ECONNREFUSED');
    const result = await probeHttp({ ...target, scheme: 'HTTP', path: '/', headers: [] });
    expect(result.message).to.contain('ECONNREFUSED');
  });

  it('TCP: a connection is enough', async () => {
    const server = createTcpServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    stops.push(() => server.close());
    const { port } = server.address() as AddressInfo;
    expect((await probeTcp({ host: '127.0.0.1', port, timeoutMs: 1_000, clock: systemClock })).type).to.equal(
      'success',
    );
  });

  it('exec: only exit code 0 is a success, and the output says why not', () => {
    expect(probeExec({ type: 'exited', exitCode: 0, output: '' }, 1000).type).to.equal('success');
    expect(probeExec({ type: 'exited', exitCode: 2, output: 'no database\n' }, 1000).message).to.equal(
      'no database',
    );
    expect(probeExec({ type: 'timeout', output: '' }, 1000).message).to.equal('command timed out after 1s');
  });
});
