import { expect } from 'chai';
import { rfc3339 } from '../../../../src/base/clock.ts';
import type { KubeClient } from '../../../../src/kube/client/client.ts';
import { CONFIG_MAPS, EVENTS, NAMESPACES, NODES } from '../../../../src/kube/kinds/resources.data.ts';
import { isExpired } from '../../../../src/kube/values/status.ts';
import type { Resource } from '../../../../src/kube/values/types.ts';
import type { FakeClock } from '../../../fakes/clock.ts';
import { startTestApi, type TestApi } from '../harness.ts';
import { configMap, eventText, refusal, take } from '../notation.ts';

describe('watching in process', () => {
  let plane: TestApi<FakeClock>;
  let client: KubeClient;
  let stop: AbortController;
  beforeEach(async () => {
    plane = await startTestApi();
    client = plane.client();
    stop = new AbortController();
  });
  afterEach(async () => {
    stop.abort();
    await plane.dispose();
  });

  const watch = (resource: Resource, resourceVersion: string) =>
    client.watch(resource, { resourceVersion, signal: stop.signal })[Symbol.asyncIterator]();

  it('bookmarks a quiet watch once a minute, so that it can resume after compaction', async () => {
    const { metadata } = await client.create(CONFIG_MAPS, configMap('a'));
    const events = watch(NODES, metadata.resourceVersion ?? '');
    const first = take(events, 1);
    const later = await client.create(CONFIG_MAPS, configMap('b'));
    await plane.clock.advance(60_000);
    const { resourceVersion = '' } = later.metadata;
    expect((await first).map(eventText)).to.deep.equal([`BOOKMARK ${resourceVersion}`]);

    await plane.clock.advance(10 * 60_000);
    const stale = watch(NODES, metadata.resourceVersion ?? '')
      .next()
      .then(
        () => undefined,
        (error) => error,
      );
    expect(isExpired(await stale)).to.equal(true);
    const resumed = take(watch(NODES, resourceVersion), 1);
    await client.create(NODES, { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n1' } });
    expect((await resumed).map(eventText)).to.deep.equal(['ADDED n1']);
  });

  it('shares one object between all watchers and readers', async () => {
    const watches = [watch(CONFIG_MAPS, ''), watch(CONFIG_MAPS, '')];
    const taken = watches.map((events) => take(events, 1));
    const created = await client.create(CONFIG_MAPS, configMap('a'));
    for (const events of await Promise.all(taken)) expect(events[0]?.object).to.equal(created);
  });

  it('is refused to who may not', async () => {
    const stranger = client.as({ name: 'ann', groups: [] });
    const events = stranger.watch(CONFIG_MAPS, { namespace: 'default', signal: stop.signal });
    expect(await refusal(events[Symbol.asyncIterator]().next())).to.equal(
      'Forbidden: configmaps is forbidden: User "ann" cannot watch resource "configmaps" in API group "" in the namespace "default"',
    );
  });

  describe('events', () => {
    const about = { apiVersion: 'v1', kind: 'Pod', name: 'web', namespace: 'default' };
    const event = {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: 'web.1', namespace: 'default' },
      involvedObject: about,
      reason: 'Started',
      message: 'it runs',
      type: 'Normal',
      lastTimestamp: '2026-01-01T00:00:00Z',
    };
    const EVENTS_V1: Resource = { ...EVENTS, group: 'events.k8s.io' };
    const key = { namespace: 'default', name: 'web.1' };

    it('are the same objects in both of their groups', async () => {
      const core = await client.create(EVENTS, event);
      const other = await client.get(EVENTS_V1, key);
      expect(other).to.deep.include({ apiVersion: 'events.k8s.io/v1', note: 'it runs', regarding: about });
      expect(other.metadata.uid).to.equal(core.metadata.uid);
      await client.patch(EVENTS_V1, key, { type: 'merge', body: { note: 'it still runs' } });
      expect((await client.get(EVENTS, key)).message).to.equal('it still runs');
    });

    it('are forgotten an hour after they were last seen', async () => {
      await client.create(EVENTS, event);
      await plane.clock.advance(59 * 60_000);
      await client.patch(EVENTS, key, { type: 'merge', body: { lastTimestamp: '2026-01-01T00:59:00Z' } });
      await plane.clock.advance(59 * 60_000);
      await client.get(EVENTS, key);
      await plane.clock.advance(3 * 60_000);
      await client.create(CONFIG_MAPS, configMap('after-the-expiry-was-queued'));
      expect(await refusal(client.get(EVENTS, key))).to.include('NotFound');
    });

    it('give way to newer ones of their namespace: a thousand are kept, however fast it rolls out', async () => {
      const seen = (at: number) => ({ lastTimestamp: rfc3339(plane.clock.now() + at * 1000) });
      const named = (name: string, namespace: string, at: number) => ({
        ...event,
        metadata: { name, namespace },
        involvedObject: { ...about, namespace },
        ...seen(at),
      });
      await client.create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'calm' } });
      await client.create(EVENTS, named('web.0', 'calm', 0));
      await Promise.all(
        Array.from({ length: 1_003 }, (_, i) => client.create(EVENTS, named(`web.${i}`, 'default', i))),
      );
      await client.patch(
        EVENTS,
        { namespace: 'default', name: 'web.0' },
        { type: 'merge', body: seen(2_000) },
      );
      await plane.clock.advance(60_000);
      await client.create(CONFIG_MAPS, configMap('after-the-expiry-was-queued'));
      const left = (await client.list(EVENTS, { namespace: 'default' })).items.map(
        ({ metadata }) => metadata.name,
      );
      expect(left).to.have.length(1_000);
      expect(left, 'seen again').to.include('web.0');
      expect(left).to.not.include.members(['web.1']);
      expect(left).to.not.include.members(['web.3']);
      expect(left).to.include('web.4');
      expect((await client.list(EVENTS, { namespace: 'calm' })).items, 'of another namespace').to.have.length(
        1,
      );
    });
  });
});
