import { expect } from 'chai';
import type { KubeClient } from '../../../../src/kube/client/client.ts';
import type { ConfigMap } from '../../../../src/kube/kinds/objects.data.ts';
import { CONFIG_MAPS, DEPLOYMENTS } from '../../../../src/kube/kinds/resources.data.ts';
import { isNotFound } from '../../../../src/kube/values/status.ts';
import type { KubeObject } from '../../../../src/kube/values/types.ts';
import { configMap, take } from '../notation.ts';
import { useTestApi } from '../suite.ts';

/** Numbers that look random and are the same every time (mulberry32). */
function seeded(seed: number): (n: number) => number {
  let state = seed;
  return (n) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % n;
  };
}

const NAMES = ['a', 'b', 'c', 'd', 'e'];

/** One random write: apply, patch or delete of one of few names; what is not there is no matter. */
async function randomWrite(client: KubeClient, random: (n: number) => number): Promise<void> {
  const name = NAMES[random(NAMES.length)] ?? '';
  const key = { namespace: 'default', name };
  const object = configMap(name, { value: String(random(4)) }, { side: random(2) ? 'left' : 'right' });
  const writes = [
    () => client.apply(CONFIG_MAPS, object, { fieldManager: 'law', force: true }),
    () => client.patch(CONFIG_MAPS, key, { type: 'merge', body: { data: { value: String(random(4)) } } }),
    () => client.delete(CONFIG_MAPS, key),
  ];
  try {
    await writes[random(writes.length)]?.();
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}

describe('laws of the API', () => {
  const cluster = useTestApi();

  for (const labelSelector of [undefined, 'side=left']) {
    it(`a watch, replayed, is the list (${labelSelector ?? 'everything'})`, async () => {
      const options = { namespace: 'default', ...(labelSelector ? { labelSelector } : {}) };
      const random = seeded(labelSelector ? 7 : 11);
      const before = await cluster.client.list(CONFIG_MAPS, options);
      const stop = new AbortController();
      const resourceVersion = before.metadata.resourceVersion ?? '';
      const events = cluster.client
        .watch(CONFIG_MAPS, { ...options, resourceVersion, signal: stop.signal })
        [Symbol.asyncIterator]();
      for (let i = 0; i < 200; i++) await randomWrite(cluster.client, random);
      const end = await cluster.client.create(CONFIG_MAPS, configMap('end', {}, { side: 'left' }));

      const state = new Map<string, ConfigMap>();
      let newest = 0;
      for (;;) {
        const [event] = await take(events, 1);
        if (!event || event.type === 'BOOKMARK') continue;
        const { name = '', resourceVersion: version } = event.object.metadata;
        expect(Number(version)).to.be.greaterThan(newest);
        newest = Number(version);
        expect(event.type === 'ADDED', `${event.type} ${name}`).to.equal(!state.has(name));
        if (event.type === 'DELETED') state.delete(name);
        else state.set(name, event.object);
        if (name === 'end') break;
      }
      stop.abort();
      expect(newest).to.equal(Number(end.metadata.resourceVersion));
      const { items } = await cluster.client.list(CONFIG_MAPS, options);
      const replayed = [...state.values()].sort((a, b) =>
        (a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1,
      );
      expect(replayed).to.deep.equal(items);
    });
  }

  it('what was created is what is read', async () => {
    const created = await cluster.client.create(CONFIG_MAPS, configMap('a', { key: 'value' }));
    expect(await cluster.client.get(CONFIG_MAPS, { namespace: 'default', name: 'a' })).to.equal(created);
  });

  const deployment: KubeObject = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'default' },
    spec: {
      selector: { matchLabels: { app: 'web' } },
      template: {
        metadata: { labels: { app: 'web' }, creationTimestamp: null },
        spec: { containers: [{ name: 'web', image: 'host', ports: [{ containerPort: 80 }] }] },
      },
    },
  };

  it('an apply after an apply, at a later time, changes nothing', async () => {
    const first = await cluster.client.apply(DEPLOYMENTS, deployment, { fieldManager: 'law' });
    await cluster.clock.advance(5_000);
    expect(await cluster.client.apply(DEPLOYMENTS, deployment, { fieldManager: 'law' })).to.equal(first);
  });

  it('an update with what was read changes nothing', async () => {
    const first = await cluster.client.create(DEPLOYMENTS, deployment);
    await cluster.clock.advance(5_000);
    expect(await cluster.client.update(DEPLOYMENTS, first)).to.equal(first);
  });

  it('a dry run answers as the write would, and leaves no trace', async () => {
    const before = await cluster.client.list(DEPLOYMENTS);
    const dry = await cluster.client.create(DEPLOYMENTS, deployment, { dryRun: true });
    expect(await cluster.client.list(DEPLOYMENTS)).to.deep.equal(before);
    const real = await cluster.client.create(DEPLOYMENTS, deployment);
    expect(dry.spec).to.deep.equal(real.spec);
  });
});
