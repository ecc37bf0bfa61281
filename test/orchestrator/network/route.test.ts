import { expect } from 'chai';
import { frontsOf } from '../../../src/orchestrator/network/fronts.ts';
import { choose, route } from '../../../src/orchestrator/network/route.ts';
import { service, slice, type Word } from './notation.ts';

const KEY = 'shop/web:http';
const WEB = service('127.200.0.1', 80);

const candidates = (endpoints: Record<string, Word>, cursor = 0) =>
  choose(route([WEB], [slice(endpoints, 8080)]), KEY, cursor).map(({ host }) => host);

describe('routing', () => {
  it('gives no new connection to a terminating endpoint', () => {
    for (let cursor = 0; cursor < 10; cursor++) {
      const [first] = candidates({ a: 'ready', b: 'draining', c: 'dead', d: 'unready' }, cursor);
      expect(first).to.equal('a');
    }
  });

  it('falls back to terminating endpoints that still serve when none is ready', () => {
    expect(candidates({ a: 'draining', b: 'dead', c: 'unready' })).to.deep.equal(['a']);
  });

  it('takes turns, and tries every other one before it fails a client', () => {
    const all: Record<string, Word> = { a: 'ready', b: 'ready', c: 'ready' };
    expect(candidates(all, 0)).to.deep.equal(['a', 'b', 'c']);
    expect(candidates(all, 1)).to.deep.equal(['b', 'c', 'a']);
    expect(candidates(all, 5)).to.deep.equal(['c', 'a', 'b']);
  });

  it('does not use a released pod, whatever the API still says', () => {
    const table = route([WEB], [slice({ a: 'ready', b: 'ready' }, 8080)], ({ podUid }) => podUid === 'pod-a');
    expect(choose(table, KEY, 0)[0]?.host).to.equal('b');
    expect(choose(table, KEY, 1)[0]?.host).to.equal('b');
  });

  it('has nobody for an unknown Service or one without endpoints', () => {
    expect(candidates({})).to.deep.equal([]);
    expect(choose(new Map(), KEY, 0)).to.deep.equal([]);
  });

  it('joins all slices of a Service, and leaves out the slices of others', () => {
    const other = {
      ...slice({ x: 'ready' }, 1, 'db-1'),
      metadata: { name: 'db-1', namespace: 'shop', labels: {} },
    };
    const table = route([WEB], [slice({ a: 'ready' }, 8080), slice({ b: 'ready' }, 9090, 'web-2'), other]);
    expect(choose(table, KEY, 0).map(({ host, port }) => `${host}:${port}`)).to.deep.equal([
      'a:8080',
      'b:9090',
    ]);
  });

  it('keeps a client at its backend with session affinity, and moves only the clients of a backend that goes', () => {
    const sticky = service('127.200.0.1', 80, { sessionAffinity: 'ClientIP' });
    const all: Record<string, Word> = { a: 'ready', b: 'ready', c: 'ready' };
    const before = route([sticky], [slice(all, 8080)]);
    const after = route([sticky], [slice({ ...all, b: 'dead' }, 8080)]);
    const clients = Array.from({ length: 60 }, (_, i) => `10.0.0.${i}`);
    const used = new Set<string>();
    for (const client of clients) {
      const host = choose(before, KEY, 0, client)[0]?.host ?? '';
      used.add(host);
      expect(choose(before, KEY, 7, client)[0]?.host).to.equal(host);
      if (host !== 'b') expect(choose(after, KEY, 0, client)[0]?.host).to.equal(host);
    }
    expect([...used].sort()).to.deep.equal(['a', 'b', 'c']);
  });

  it('routes no Service without an address, no external name, and no SCTP', () => {
    const none = [
      service('', 80),
      service('127.200.0.1', 80, { type: 'ExternalName' }),
      service('127.200.0.1', 80, {}, { protocol: 'SCTP' }),
    ];
    for (const one of none) expect([...route([one], []).keys()]).to.deep.equal([]);
  });

  it('routes UDP as it does TCP, and says so of every pod', () => {
    const [web] = route(
      [service('127.200.0.1', 53, {}, { protocol: 'UDP' })],
      [slice({ a: 'ready' }, 53)],
    ).values();
    expect(web?.protocol).to.equal('UDP');
    expect(web?.ready).to.deep.equal([{ host: 'a', port: 53, podUid: 'pod-a', protocol: 'UDP' }]);
  });

  it('knows the pods of a headless Service, which listens nowhere', () => {
    const table = route([service('None', 80)], [slice({ a: 'ready' }, 8080)]);
    expect([...table.values()].map(({ ready }) => ready.map(({ host }) => host))).to.deep.equal([['a']]);
    expect(frontsOf(table, '127.0.0.1', {})).to.deep.equal([]);
  });

  it('leaves the addresses themselves to the first node, beside which another one takes substitutes alone', () => {
    const table = route(
      [service('127.200.0.1', 80, {}, { nodePort: 30_080 })],
      [slice({ a: 'ready' }, 8080)],
    );
    const fronts = frontsOf(table, undefined, {}, true);
    expect(fronts.map(({ id, isTaken }) => [id.split(' ')[0], isTaken])).to.deep.equal([['cluster', true]]);
    expect(fronts[0]?.substitutes[0]).to.deep.equal({ host: '127.200.0.1', port: 0 });
  });

  it('opens no node port where none is to be, and puts nothing but loopback in the place of an address', () => {
    const table = route(
      [service('127.200.0.1', 80, {}, { nodePort: 30_080 })],
      [slice({ a: 'ready' }, 8080)],
    );
    const hosts = (nodeHost?: string) =>
      frontsOf(table, nodeHost, {}).map(({ host, substitutes }) => [
        host,
        ...substitutes.map((one) => one.host),
      ]);
    const cluster = ['127.200.0.1', '127.200.0.1', '127.0.0.1'];
    expect(hosts()).to.deep.equal([cluster]);
    expect(hosts('192.0.2.1')).to.deep.equal([cluster, ['192.0.2.1']]);
  });
});
