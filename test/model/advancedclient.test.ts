import { expect } from 'chai';
import type { KubeClient } from '../../src/kube/client/client.ts';
import { CONFIG_MAPS, NAMESPACES } from '../../src/kube/kinds/resources.data.ts';
import { advancedClient, watchAdvances } from '../../src/model/advancedclient.ts';
import {
  DELIVERIES,
  ENVIRONMENTS,
  type Environment,
  PILOTAGE_API_VERSION,
  PILOTAGE_NAMESPACE,
} from '../../src/model/types.ts';
import { FakeClock, settle } from '../fakes/clock.ts';
import { createFakeCluster } from '../fakes/cluster.ts';
import { watchedIn } from '../fakes/watched.ts';

const namespace = PILOTAGE_NAMESPACE;
const key = { namespace, name: 'shop.dev' };

describe('environments as a client reads them', () => {
  let raw: KubeClient;
  let client: KubeClient;
  let own: Environment;

  beforeEach(async () => {
    raw = createFakeCluster().client;
    client = advancedClient(raw);
    await raw.create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
    const created = await raw.create<Environment>(ENVIRONMENTS, {
      apiVersion: PILOTAGE_API_VERSION,
      kind: 'Environment',
      metadata: key,
      spec: { delivery: 'shop', environment: 'dev', branch: 'main', path: '', namespace: 'shop-dev' },
    });
    const status = { wantedRevision: 'r1', observation: 1, sync: 'Synced', phase: 'Idle', health: 'Healthy' };
    own = await raw.update<Environment>(ENVIRONMENTS, { ...created, status }, { subresource: 'status' });
    await raw.create(DELIVERIES, {
      apiVersion: PILOTAGE_API_VERSION,
      kind: 'Delivery',
      metadata: { namespace, name: 'shop' },
      spec: { repository: { type: 'hosted' } },
    });
    await advance('r2', 2);
  });

  async function advance(revision: string, observation: number): Promise<void> {
    const row = { revision, tree: 't', at: '2026-01-01T00:00:00Z', observation };
    const advanced = [{ ...row, environments: [own.metadata.uid ?? ''] }];
    const body = { status: { advanced } };
    await raw.patch(
      DELIVERIES,
      { namespace, name: 'shop' },
      { type: 'merge', body },
      { subresource: 'status' },
    );
  }

  const wantedOf = ({ status }: Environment) => status?.wantedRevision;

  it('are as they stand: one, all, and as a write of something else answers', async () => {
    expect(wantedOf(await client.get(ENVIRONMENTS, key))).to.equal('r2');
    expect((await client.list(ENVIRONMENTS, { namespace })).items.map(wantedOf)).to.deep.equal(['r2']);
    const patch = { type: 'merge', body: { spec: { suspended: true } } } as const;
    expect(wantedOf(await client.patch(ENVIRONMENTS, key, patch))).to.equal('r2');
    expect(wantedOf(await raw.get(ENVIRONMENTS, key))).to.equal('r1');
  });

  it('are whole once their status is written, and what their Delivery says then stands', async () => {
    const read = await client.get(ENVIRONMENTS, key);
    await client.update(
      ENVIRONMENTS,
      { ...read, status: { ...read.status, phase: 'Waiting' } } as Environment,
      {
        subresource: 'status',
      },
    );
    expect((await raw.get(ENVIRONMENTS, key)).status).to.include({ wantedRevision: 'r2', observation: 2 });
    await advance('r3', 3);
    expect(wantedOf(await client.get(ENVIRONMENTS, key))).to.equal('r3');
  });

  it('are not set back by a Delivery that was read before their own record was written', async () => {
    const racing = advancedClient({
      ...raw,
      async get(...args: Parameters<KubeClient['get']>) {
        const read = await raw.get(...args);
        if (args[0].plural === 'deliveries') {
          const status = { ...own.status, wantedRevision: 'r3', observation: 3 };
          await raw.update(ENVIRONMENTS, { ...own, status } as Environment, { subresource: 'status' });
        }
        return read;
      },
    } as KubeClient);
    expect(wantedOf(await racing.get(ENVIRONMENTS, key))).to.equal('r3');
  });

  it('are their own records where there is no Delivery, and other kinds are what they are', async () => {
    await raw.delete(DELIVERIES, { namespace, name: 'shop' });
    expect(await client.get(ENVIRONMENTS, key)).to.deep.equal(await raw.get(ENVIRONMENTS, key));
    const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace, name: 'a' }, data: { k: 'v' } };
    const created = await client.create(CONFIG_MAPS, map);
    expect(await client.get(CONFIG_MAPS, { namespace, name: 'a' })).to.deep.equal(created);
    expect((await client.list(CONFIG_MAPS, { namespace })).items).to.deep.equal([created]);
  });

  it('are as they stand in an informer, whose listeners hear of their own records', async () => {
    const ending = new AbortController();
    const { environments: informer } = watchedIn(raw, new FakeClock());
    const byDelivery = informer.index(({ spec }) => [spec.delivery]);
    expect(informer.isSynced).to.equal(false);
    informer.start(ending.signal);
    await informer.synced;
    const heard: (string | undefined)[] = [];
    informer.listen({
      add: (one) => heard.push(`add ${wantedOf(one)}`),
      update: (one, before) => heard.push(`update ${wantedOf(before)} ${wantedOf(one)}`),
      delete: (one) => heard.push(`delete ${wantedOf(one)}`),
    });
    const read = () =>
      [informer.get(key), ...informer.list(), ...byDelivery('shop')].map((one) => one && wantedOf(one));
    expect(read()).to.deep.equal(['r2', 'r2', 'r2']);
    await advance('r3', 3);
    await settle();
    expect(read()).to.deep.equal(['r3', 'r3', 'r3']);
    const patch = { type: 'merge', body: { spec: { suspended: true } } } as const;
    await raw.patch(ENVIRONMENTS, key, patch);
    await raw.delete(ENVIRONMENTS, key);
    await settle();
    expect(heard).to.deep.equal(['add r2', 'update r3 r3', 'delete r3']);
    expect(informer.get(key)).to.equal(undefined);
    ending.abort();
  });

  it('wake whom a commit concerns that leaves them alone, as they stand since, and nobody for another change', async () => {
    const ending = new AbortController();
    const watched = watchedIn(raw, new FakeClock());
    watched.environments.start(ending.signal);
    await watched.environments.synced;
    const woken: string[] = [];
    const advances = watchAdvances(watched, (one) => [`${one.metadata.name} ${wantedOf(one)}`]);
    const end = advances.connect((name) => woken.push(name));
    expect(woken).to.deep.equal(['shop.dev r2']);
    const delivery = { namespace, name: 'shop' };
    await raw.patch(DELIVERIES, delivery, { type: 'merge', body: { metadata: { labels: { a: 'b' } } } });
    await settle();
    expect(woken).to.have.length(1);
    await advance('r3', 3);
    await settle();
    expect(woken).to.deep.equal(['shop.dev r2', 'shop.dev r3']);
    end();
    await advance('r4', 4);
    await settle();
    expect(woken).to.have.length(2);
    ending.abort();
  });
});
