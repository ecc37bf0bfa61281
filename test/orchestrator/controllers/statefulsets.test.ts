import { expect } from 'chai';
import type { Pod } from '../../../src/kube/kinds/objects.data.ts';
import {
  CONTROLLER_REVISIONS,
  EVENTS,
  PERSISTENT_VOLUME_CLAIMS,
  PODS,
  STATEFUL_SETS,
} from '../../../src/kube/kinds/resources.data.ts';
import { eventually } from './cluster.ts';
import { CLAIMS, statefulSet, useStatefulShop } from './statefulshop.ts';

const versions = (pods: readonly Pod[]): string[] =>
  pods.map((pod) => `${pod.metadata.name} ${pod.spec.containers[0]?.image?.split(':')[1]}`).sort();

describe('controllers on the built-in control plane: stateful sets', function () {
  this.timeout(20_000);
  const { shop, apply, get, rolledOut, revisionsOf } = useStatefulShop();
  const { podsOf } = shop;

  it('makes pods one after the other, each with a name, a number, a host name and its revision', async () => {
    await apply(statefulSet('db', 'v1'));
    const done = await rolledOut('db');
    const pods = await podsOf('db');
    expect(pods.map(({ metadata }) => metadata.name).sort()).to.deep.equal(['db-0', 'db-1', 'db-2']);
    const last = pods.find(({ metadata }) => metadata.name === 'db-2');
    expect(last?.metadata.labels).to.deep.equal({
      app: 'db',
      'apps.kubernetes.io/pod-index': '2',
      'controller-revision-hash': done.status?.updateRevision,
      'statefulset.kubernetes.io/pod-name': 'db-2',
    });
    expect(last?.spec).to.include({ hostname: 'db-2', subdomain: 'db' });
    const events = await eventually(
      async () => (await shop.cluster.client.list(EVENTS, { namespace: 'shop' })).items,
      (items) => items.filter(({ reason }) => reason === 'SuccessfulCreate').length >= 3,
    );
    const messages = events.map(({ message }) => message);
    expect(messages).to.include('Create Pod db-0 in StatefulSet db successful');
  });

  it('waits in order for a pod that is not ready, and makes all at once where it may', async () => {
    shop.cluster.isHealthy = ({ metadata }) => metadata.name !== 'slow-0' && metadata.name !== 'fast-0';
    await apply(statefulSet('slow', 'v1'));
    await apply(statefulSet('fast', 'v1', { podManagementPolicy: 'Parallel' }));
    await eventually(
      () => podsOf('fast'),
      (pods) => pods.length === 3,
    );
    const waiting = await eventually(
      () => get('slow'),
      ({ status }) => status?.replicas === 1,
    );
    expect(waiting.status).to.include({ readyReplicas: 0, availableReplicas: 0 });
    expect((await podsOf('slow')).map(({ metadata }) => metadata.name)).to.deep.equal(['slow-0']);
    shop.cluster.isHealthy = () => true;
  });

  it('updates down to the partition, then all, and goes back by the old revision under a new number', async () => {
    const partition = (count: number) => ({
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: count } },
    });
    await apply(statefulSet('part', 'v1', partition(2)));
    const first = await rolledOut('part');
    await apply(statefulSet('part', 'v2', partition(2)));
    await eventually(
      () => get('part'),
      ({ status }) => status?.updatedReplicas === 1 && status.readyReplicas === 3,
    );
    expect(versions(await podsOf('part'))).to.deep.equal(['part-0 v1', 'part-1 v1', 'part-2 v2']);
    const halfway = await get('part');
    expect(halfway.status?.currentRevision).to.equal(first.status?.currentRevision);
    expect(halfway.status?.currentReplicas).to.equal(2);
    // Below the partition, what is lost comes back as it was.
    await shop.cluster.client.delete(PODS, { namespace: 'shop', name: 'part-0' });
    await eventually(
      () => get('part'),
      ({ status }) => status?.readyReplicas === 3 && status.currentReplicas === 2,
    );
    expect(versions(await podsOf('part'))).to.deep.equal(['part-0 v1', 'part-1 v1', 'part-2 v2']);
    await apply(statefulSet('part', 'v2', partition(0)));
    await rolledOut('part');
    expect(versions(await podsOf('part'))).to.deep.equal(['part-0 v2', 'part-1 v2', 'part-2 v2']);
    await apply(statefulSet('part', 'v1', partition(0)));
    const back = await rolledOut('part');
    expect(back.status?.updateRevision).to.equal(first.status?.updateRevision);
    expect((await revisionsOf('part')).map(({ revision }) => revision)).to.deep.equal([2, 3]);
  });

  it('only counts its pods while it is being deleted', async () => {
    const held = statefulSet('held', 'v1');
    const finalizers = ['test/held'];
    await apply({ ...held, metadata: { ...held.metadata, finalizers } });
    await rolledOut('held');
    await shop.cluster.client.delete(STATEFUL_SETS, { namespace: 'shop', name: 'held' });
    await shop.cluster.client.delete(PODS, { namespace: 'shop', name: 'held-2' });
    const counted = await eventually(
      () => get('held'),
      ({ status }) => status?.replicas === 2,
    );
    expect(counted.metadata.deletionTimestamp).to.not.equal(undefined);
    expect((await podsOf('held')).map(({ metadata }) => metadata.name).sort()).to.deep.equal([
      'held-0',
      'held-1',
    ]);
    const freed = { ...counted, metadata: { ...counted.metadata, finalizers: [] } };
    await shop.cluster.client.update(STATEFUL_SETS, freed, { fieldManager: 'test' });
  });

  it('keeps as many revisions as its history allows', async () => {
    for (const version of ['v1', 'v2', 'v3', 'v4']) {
      await apply(statefulSet('past', version, { replicas: 1, revisionHistoryLimit: 1 }));
      await rolledOut('past');
    }
    const left = await eventually(
      () => revisionsOf('past'),
      (revisions) => revisions.length === 2,
    );
    expect(left.map(({ revision }) => revision)).to.deep.equal([3, 4]);
  });

  it('scales by its subresource, the highest number first, from the ordinal that is asked for', async () => {
    await apply(statefulSet('some', 'v1', { ordinals: { start: 5 } }));
    await rolledOut('some');
    await shop.cluster.client.patch(
      STATEFUL_SETS,
      { namespace: 'shop', name: 'some' },
      { type: 'merge', body: { spec: { replicas: 1 } } },
      { subresource: 'scale' },
    );
    await rolledOut('some');
    expect(versions(await podsOf('some'))).to.deep.equal(['some-5 v1']);
  });

  it('replaces a pod that has failed under its own name', async () => {
    await apply(statefulSet('broken', 'v1', { replicas: 1 }));
    await rolledOut('broken');
    const [before] = await podsOf('broken');
    await shop.cluster.client.patch(
      PODS,
      { namespace: 'shop', name: 'broken-0' },
      { type: 'merge', body: { status: { phase: 'Failed' } } },
      { subresource: 'status' },
    );
    const [after] = await eventually(
      () => podsOf('broken'),
      ([pod]) => pod !== undefined && pod.metadata.uid !== before?.metadata.uid,
    );
    expect(after?.metadata.name).to.equal('broken-0');
  });

  it('gives each pod a claim of its own, which goes with a pod that is scaled away where that is asked for', async () => {
    const policy = { persistentVolumeClaimRetentionPolicy: { whenScaled: 'Delete', whenDeleted: 'Retain' } };
    await apply(statefulSet('disk', 'v1', { replicas: 2, ...CLAIMS, ...policy }));
    await rolledOut('disk');
    const claims = async () => {
      const { items } = await shop.cluster.client.list(PERSISTENT_VOLUME_CLAIMS, { namespace: 'shop' });
      return items.filter(({ metadata }) => metadata.name?.startsWith('data-disk-'));
    };
    const names = async () => (await claims()).map(({ metadata }) => metadata.name).sort();
    expect(await names()).to.deep.equal(['data-disk-0', 'data-disk-1']);
    expect((await claims())[0]?.metadata.labels).to.deep.equal({ app: 'disk' });
    const pod = (await podsOf('disk')).find(({ metadata }) => metadata.name === 'disk-1');
    expect(pod?.spec.volumes?.find(({ name }) => name === 'data')).to.deep.equal({
      name: 'data',
      persistentVolumeClaim: { claimName: 'data-disk-1' },
    });
    await apply(statefulSet('disk', 'v1', { replicas: 1, ...CLAIMS, ...policy }));
    await eventually(names, (left) => left.length === 1);
    expect(await names()).to.deep.equal(['data-disk-0']);
  });

  it('keeps a template under another name where a revision of another template has its own', async () => {
    const set = statefulSet('clash', 'v1', { replicas: 1 });
    await apply(set);
    const { status } = await rolledOut('clash');
    const [first] = await revisionsOf('clash');
    await shop.cluster.client.delete(
      STATEFUL_SETS,
      { namespace: 'shop', name: 'clash' },
      { propagationPolicy: 'Background' },
    );
    await eventually(
      () => revisionsOf('clash'),
      (revisions) => revisions.length === 0,
    );
    const metadata = { name: first?.metadata.name ?? '', namespace: 'shop' };
    await shop.cluster.client.create(CONTROLLER_REVISIONS, {
      apiVersion: 'apps/v1',
      kind: 'ControllerRevision',
      metadata,
      data: { spec: {} },
      revision: 1,
    });
    await apply(set);
    const done = await rolledOut('clash');
    expect(done.status?.collisionCount).to.equal(1);
    expect(done.status?.updateRevision).to.not.equal(status?.updateRevision);
  });

  it('waits while another pod has the name of one of its own, and goes on when that is gone', async () => {
    const taken = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'taken-0', namespace: 'shop' } };
    const containers = [{ name: 'main', image: 'host' }];
    await shop.cluster.client.create(PODS, { ...taken, spec: { containers } });
    await apply(statefulSet('taken', 'v1', { replicas: 1 }));
    const waiting = await eventually(
      () => get('taken'),
      ({ status }) => status?.observedGeneration === 1,
    );
    expect(waiting.status?.replicas).to.equal(0);
    await shop.cluster.client.delete(PODS, { namespace: 'shop', name: 'taken-0' });
    await rolledOut('taken');
  });
});
