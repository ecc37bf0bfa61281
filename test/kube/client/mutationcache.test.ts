import { expect } from 'chai';
import { silentLogger } from '../../../src/base/log.ts';
import { createInformer } from '../../../src/kube/client/informer.ts';
import { createMutationCache } from '../../../src/kube/client/mutationcache.ts';
import { CONFIG_MAPS, NAMESPACES } from '../../../src/kube/kinds/resources.data.ts';
import { FakeClock } from '../../fakes/clock.ts';
import { createFakeCluster } from '../../fakes/cluster.ts';

describe('a cache that knows its own writes', () => {
  const at = { namespace: 'default', name: 'a' };
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: at, data: { k: '1' } };
  let cluster: ReturnType<typeof createFakeCluster>;
  let ending: AbortController;
  let cache: ReturnType<typeof createMutationCache<typeof object>>;
  let informer: ReturnType<typeof createInformer<typeof object>>;
  const start = async () => {
    informer.start(ending.signal);
    await cache.synced;
  };
  beforeEach(async () => {
    cluster = createFakeCluster();
    await cluster.client.create(NAMESPACES, {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'default' },
    });
    ending = new AbortController();
    const options = { client: cluster.client, clock: new FakeClock(), logger: silentLogger };
    informer = createInformer<typeof object>({ ...options, resource: CONFIG_MAPS as never });
    cache = createMutationCache(informer, CONFIG_MAPS as never);
  });
  afterEach(() => ending.abort());

  const values = () => cache.list().map(({ data }) => data.k);

  it('finds what was written before the watch delivers it, by index too', async () => {
    const byValue = cache.index(({ data }) => [data.k]);
    const client = cache.recording(cluster.client);
    await client.create(CONFIG_MAPS, object);
    expect(values()).to.deep.equal(['1']);
    await client.patch(CONFIG_MAPS, at, { type: 'merge', body: { data: { k: '2' } } });
    expect([byValue('1').length, byValue('2').length]).to.deep.equal([0, 1]);
  });

  it('is not set back by an older answer', async () => {
    await start();
    const old = await cluster.client.create(CONFIG_MAPS, object);
    const client = cache.recording(cluster.client);
    await client.patch(CONFIG_MAPS, at, { type: 'merge', body: { data: { k: '2' } } });
    cache.learn({
      apiVersion: 'v1',
      kind: 'List',
      metadata: { resourceVersion: '9' },
      items: [old as never],
    });
    expect(values()).to.deep.equal(['2']);
  });

  it('takes a list in at once: what is not in it is gone, but for what was written after it', async () => {
    const client = cache.recording(cluster.client);
    await client.create(CONFIG_MAPS, object);
    await client.create(CONFIG_MAPS, { ...object, metadata: { ...at, name: 'b' }, data: { k: 'b' } });
    const first = cache.get(at)?.metadata as { resourceVersion?: string } | undefined;
    const metadata = { resourceVersion: first?.resourceVersion ?? '' };
    cache.learn({ apiVersion: 'v1', kind: 'List', metadata, items: [] });
    expect(values()).to.deep.equal(['b']);
  });

  it('leaves other kinds alone', async () => {
    await cache.recording(cluster.client).create(
      { group: '', version: 'v1', plural: 'secrets', kind: 'Secret', namespaced: true },
      {
        ...object,
        kind: 'Secret',
      },
    );
    expect(values()).to.deep.equal([]);
  });
});
