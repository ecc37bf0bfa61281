import { expect } from 'chai';
import { silentLogger } from '../../../src/base/log.ts';
import type { KubeClient, ListOptions } from '../../../src/kube/client/client.ts';
import { CONFIG_MAPS, NAMESPACES, PODS } from '../../../src/kube/kinds/resources.data.ts';
import { statusError } from '../../../src/kube/values/status.ts';
import type { KubeObject, Resource } from '../../../src/kube/values/types.ts';
import { createWatchers, type Wanted, type Watchers } from '../../../src/sync/cluster/watchers.ts';
import { FakeClock } from '../../fakes/clock.ts';
import { createFakeCluster } from '../../fakes/cluster.ts';

describe('what wakes an environment', () => {
  let cluster: ReturnType<typeof createFakeCluster>;
  let clock: FakeClock;
  let watchers: Watchers;
  let woken: string[];
  let ending: AbortController;
  let lists: string[];
  /** Namespaces that the kubeconfig may show; undefined: all. */
  let shown: readonly string[] | undefined;
  let client: KubeClient;

  beforeEach(async () => {
    cluster = createFakeCluster();
    clock = new FakeClock();
    ending = new AbortController();
    [woken, lists, shown] = [[], [], undefined];
    client = {
      ...cluster.client,
      list: async (resource: Resource, options: ListOptions = {}) => {
        lists.push(`${resource.plural} ${options.namespace ?? '*'}`);
        if (shown && !shown.includes(options.namespace ?? '*')) throw statusError('Forbidden', 'not yours');
        return cluster.client.list(resource, options);
      },
    } as KubeClient;
    watchers = createWatchers({ clock, logger: silentLogger }, (key) => void woken.push(key), ending.signal);
    for (const name of ['a', 'b'])
      await client.create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  });
  afterEach(() => ending.abort());

  const write = async (namespace: string, value = '1'): Promise<KubeObject> => {
    const metadata = { namespace, name: 'x' };
    const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { value } };
    return client.apply(CONFIG_MAPS, object, { fieldManager: 'pilotage', force: true });
  };
  const wanted = (namespace: string, seen?: KubeObject): Wanted => ({
    resource: CONFIG_MAPS,
    namespace,
    name: 'x',
    ...(seen?.metadata.resourceVersion ? { seen: seen.metadata.resourceVersion } : {}),
  });
  const settle = async (ms = 10) => {
    await clock.advance(ms);
    const names = woken.splice(0);
    return [...new Set(names)];
  };

  it('is a change of an object of its own, by one watch for all namespaces', async () => {
    const [a, b] = [await write('a'), await write('b')];
    watchers.set('env-a', client, [wanted('a', a)]);
    watchers.set('env-b', client, [wanted('b', b)]);
    expect(await settle()).to.deep.equal([]);
    expect(lists).to.deep.equal(['configmaps *']);
    await write('a', '2');
    expect(await settle()).to.deep.equal(['env-a']);
    await client.delete(CONFIG_MAPS, { namespace: 'b', name: 'x' });
    expect(await settle()).to.deep.equal(['env-b']);
  });

  it('is not what its pass has seen or written itself', async () => {
    watchers.set('env-a', client, [wanted('a', await write('a'))]);
    await settle();
    watchers.pause('env-a');
    const written = await write('a', 'by the pass');
    await settle();
    watchers.set('env-a', client, [wanted('a', written)]);
    watchers.resume('env-a');
    expect(await settle()).to.deep.equal([]);
    await write('a', 'by hand');
    expect(await settle()).to.deep.equal(['env-a']);
  });

  it('is what somebody changed or deleted while the pass was under way', async () => {
    const first = await write('a');
    watchers.set('env-a', client, [wanted('a', first)]);
    await settle();
    watchers.pause('env-a');
    await write('a', 'by hand');
    expect(await settle()).to.deep.equal([]);
    watchers.set('env-a', client, [wanted('a', first)]);
    expect(await settle()).to.deep.equal(['env-a']);
    watchers.pause('env-a');
    await client.delete(CONFIG_MAPS, { namespace: 'a', name: 'x' });
    expect(await settle()).to.deep.equal([]);
    watchers.resume('env-a');
    expect(await settle()).to.deep.equal(['env-a']);
  });

  it('is a change that came between the look of the pass and the first list', async () => {
    const seen = await write('a');
    await write('a', '2');
    watchers.set('env-a', client, [wanted('a', seen)]);
    expect(await settle()).to.deep.equal(['env-a']);
  });

  it('is a deletion that came between them', async () => {
    const seen = await write('a');
    await client.delete(CONFIG_MAPS, { namespace: 'a', name: 'x' });
    watchers.set('env-a', client, [wanted('a', seen)]);
    expect(await settle()).to.deep.equal(['env-a']);
  });

  it('is the same while the watch is there already', async () => {
    watchers.set('env-b', client, [wanted('b', await write('b'))]);
    const seen = await write('a');
    await write('a', '2');
    await settle();
    watchers.set('env-a', client, [wanted('a', seen)]);
    expect(await settle()).to.deep.equal(['env-a']);
    const again = await write('a', '3');
    await client.delete(CONFIG_MAPS, { namespace: 'a', name: 'x' });
    await settle();
    watchers.set('env-a', client, [wanted('a', again)]);
    expect(await settle()).to.deep.equal([]);
    expect(await settle(1_000)).to.deep.equal(['env-a']);
  });

  it('is an object that was not there', async () => {
    watchers.set('env-a', client, [wanted('a')]);
    await settle();
    await write('a');
    expect(await settle()).to.deep.equal(['env-a']);
    watchers.set('env-a', client, [wanted('a')]);
    watchers.set('env-a', client, [wanted('a')]);
    expect(await settle()).to.deep.equal([]);
  });

  it('is every pod of its namespace', async () => {
    watchers.set('env-a', client, [{ resource: PODS, namespace: 'a' }]);
    await settle();
    const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec: { containers: [] } };
    await client.create(PODS, { ...pod, metadata: { name: 'p', namespace: 'b' } });
    expect(await settle()).to.deep.equal([]);
    await client.create(PODS, { ...pod, metadata: { name: 'p', namespace: 'a' } });
    expect(await settle()).to.deep.equal(['env-a']);
  });

  it('is nothing any more once it is dropped', async () => {
    watchers.set('env-a', client, [wanted('a', await write('a'))]);
    await settle();
    watchers.drop('env-a');
    await write('a', '2');
    expect(await settle()).to.deep.equal([]);
  });

  it('is watched by namespace where the cluster shows no more', async () => {
    shown = ['a'];
    watchers.set('env-a', client, [wanted('a', await write('a'))]);
    await settle();
    expect(lists).to.deep.equal(['configmaps *', 'configmaps a']);
    await write('a', '2');
    expect(await settle()).to.deep.equal(['env-a']);
  });
});
