import { expect } from 'chai';
import { silentLogger } from '../../../src/base/log.ts';
import { byLabel } from '../../../src/kube/client/cache.ts';
import { createInformer } from '../../../src/kube/client/informer.ts';
import type { ConfigMap } from '../../../src/kube/kinds/objects.data.ts';
import { CONFIG_MAPS } from '../../../src/kube/kinds/resources.data.ts';
import { FakeClock, settle } from '../../fakes/clock.ts';
import { ListWatchServer } from '../../fakes/listwatch.ts';

const map = (name: string, value = '', labels: Record<string, string> = {}): ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'n', labels },
  data: { value },
});

function setUp(options: { readonly most?: number } = {}) {
  const cluster = new ListWatchServer();
  const clock = new FakeClock();
  const stop = new AbortController();
  const informer = createInformer({
    client: cluster.client(),
    resource: CONFIG_MAPS,
    clock,
    logger: silentLogger,
    random: () => 0.5,
    ...options,
  });
  const reported: string[] = [];
  informer.listen({
    add: (object) => reported.push(`+${object.metadata.name}`),
    update: (object, before) =>
      reported.push(`~${object.metadata.name} ${before.data?.value}→${object.data?.value}`),
    delete: (object) => reported.push(`-${object.metadata.name}`),
  });
  const names = () =>
    informer
      .list()
      .map((object) => object.metadata.name)
      .sort();
  return { cluster, clock, stop, informer, reported, names, start: () => informer.start(stop.signal) };
}

describe('informer', () => {
  it('holds what is listed, then follows the watch', async () => {
    const { cluster, informer, reported, names, start } = setUp();
    cluster.put(map('a'));
    start();
    await informer.synced;
    cluster.put(map('b', '1'));
    cluster.put(map('b', '2'));
    cluster.remove(map('a'));
    await settle();
    expect(reported).to.deep.equal(['+a', '+b', '~b 1→2', '-a']);
    expect(names()).to.deep.equal(['b']);
  });

  it('lists page by page', async () => {
    const { cluster, informer, start } = setUp();
    for (let i = 0; i < 1_201; i++) cluster.put(map(`m${i}`));
    start();
    await informer.synced;
    expect(informer.list()).to.have.length(1_201);
    expect(cluster.requests.filter((request) => request.startsWith('list'))).to.have.length(3);
  });

  it('gives up for good, and holds nothing, where there are more objects than it may keep', async () => {
    const { cluster, informer, names, clock, start } = setUp({ most: 2 });
    for (const name of ['a', 'b']) cluster.put(map(name));
    start();
    await informer.synced;
    expect(names()).to.deep.equal(['a', 'b']);
    cluster.put(map('c'));
    await settle();
    cluster.remove(map('c'));
    await clock.advance(60_000);
    expect(names()).to.deep.equal([]);
    const late = setUp({ most: 2 });
    for (const name of ['a', 'b', 'c']) late.cluster.put(map(name));
    late.start();
    expect(await late.informer.synced.catch(({ message }: Error) => message)).to.equal(
      'there are more than 2 configmaps',
    );
  });

  it('goes on where it was when the server ends the watch, without listing again', async () => {
    const { cluster, clock, reported, start } = setUp();
    start();
    await clock.advance(2_000);
    cluster.put(map('a'));
    await settle();
    cluster.endWatches();
    await settle();
    cluster.put(map('b'));
    await settle();
    expect(reported).to.deep.equal(['+a', '+b']);
    expect(cluster.requests.filter((request) => request.startsWith('list'))).to.have.length(1);
  });

  it('keeps what it knew while the server is away, never gives up, and tells the difference afterwards', async () => {
    const { cluster, clock, reported, names, start } = setUp();
    cluster.put(map('a'));
    start();
    await settle();
    cluster.down();
    await clock.advance(60 * 60_000);
    expect(names()).to.deep.equal(['a']);
    cluster.put(map('b'));
    cluster.remove(map('a'));
    cluster.up();
    await clock.advance(10_000);
    expect(reported).to.deep.equal(['+a', '+b', '-a']);
  });

  it('lists again when its version is too old, and tells each difference once', async () => {
    const { cluster, clock, reported, start } = setUp();
    cluster.put(map('gone'));
    cluster.put(map('same', '1'));
    cluster.put(map('changed', '1'));
    start();
    await settle();
    reported.length = 0;
    cluster.down();
    cluster.remove(map('gone'));
    cluster.put(map('changed', '2'));
    cluster.put(map('new'));
    cluster.compact();
    cluster.up();
    await clock.advance(10_000);
    expect(reported).to.deep.equal(['-gone', '~changed 1→2', '+new']);
  });

  it('reports an object that was created again under its name as deleted and added', async () => {
    const { cluster, clock, reported, start } = setUp();
    cluster.put(map('a', '1'));
    start();
    await settle();
    cluster.down();
    cluster.remove(map('a'));
    cluster.put(map('a', '2'));
    cluster.compact();
    cluster.up();
    await clock.advance(10_000);
    expect(reported).to.deep.equal(['+a', '-a', '+a']);
  });

  it('takes its place from bookmarks', async () => {
    const { cluster, clock, start } = setUp();
    start();
    await settle();
    cluster.bookmark('ConfigMap');
    await settle();
    cluster.compact();
    cluster.endWatches();
    await clock.advance(1_000);
    expect(cluster.requests.filter((request) => request.startsWith('list'))).to.have.length(1);
  });

  it('does not spin when watches end at once', async () => {
    const { cluster, clock, start } = setUp();
    start();
    for (let i = 0; i < 200; i++) {
      cluster.endWatches();
      await clock.advance(10);
    }
    expect(cluster.requests.length).to.be.below(30);
  });

  it('keeps indexes current, whenever they are made', async () => {
    const { cluster, informer, start } = setUp();
    const early = informer.index(byLabel('app'));
    cluster.put(map('a', '', { app: 'web' }));
    start();
    await informer.synced;
    const late = informer.index(byLabel('app'));
    cluster.put(map('b', '', { app: 'web' }));
    cluster.put(map('a', '', { app: 'db' }));
    await settle();
    for (const index of [early, late]) {
      expect(index('web').map((object) => object.metadata.name)).to.deep.equal(['b']);
      expect(index('db').map((object) => object.metadata.name)).to.deep.equal(['a']);
      expect(index('none')).to.deep.equal([]);
    }
  });

  it('keeps one index for all who ask with the same function', async () => {
    const { cluster, informer, start } = setUp();
    let calls = 0;
    const byName = ({ metadata }: ConfigMap) => {
      calls++;
      return [metadata.name ?? ''];
    };
    const [one, other] = [informer.index(byName), informer.index(byName)];
    cluster.put(map('a'));
    start();
    await informer.synced;
    expect(calls).to.equal(1);
    expect(one('a')).to.have.lengthOf(1);
    expect(other('a')).to.deep.equal(one('a'));
  });

  it('tells a late listener of everything that is, and goes on when a listener fails', async () => {
    const { cluster, informer, start } = setUp();
    cluster.put(map('a'));
    start();
    await informer.synced;
    const late: string[] = [];
    informer.listen({
      add() {
        throw new Error('broken listener');
      },
    });
    informer.listen({ add: (object) => late.push(object.metadata.name ?? '') });
    cluster.put(map('b'));
    await settle();
    expect(late).to.deep.equal(['a', 'b']);
  });

  it('stops with the signal; who waits for the first list learns of it', async () => {
    const { cluster, clock, stop, informer, start } = setUp();
    cluster.down();
    start();
    await settle();
    stop.abort();
    const failure = await informer.synced.catch((error: Error) => error.message);
    expect(failure).to.contain('configmaps');
    await clock.advance(60_000);
    expect(clock.pending).to.equal(0);
  });
});
