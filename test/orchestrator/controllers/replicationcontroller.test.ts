import { expect } from 'chai';
import type { Pod, ReplicationController } from '../../../src/kube/kinds/objects.data.ts';
import {
  EVENTS,
  PODS,
  REPLICATION_CONTROLLERS,
  RESOURCE_QUOTAS,
} from '../../../src/kube/kinds/resources.data.ts';
import { notFoundAsUndefined } from '../../../src/kube/values/status.ts';
import {
  asReplicaSet,
  asReplicationController,
} from '../../../src/orchestrator/controllers/replicaset/conversion.ts';
import { decideReplicaSet } from '../../../src/orchestrator/controllers/replicaset/decide.ts';
import { eventually, startCluster, type TestCluster } from './cluster.ts';
import { NOW, pod } from './notation.ts';

const controller = (name: string, replicas: number): ReplicationController => ({
  apiVersion: 'v1',
  kind: 'ReplicationController',
  metadata: { name, namespace: 'shop' },
  spec: {
    replicas,
    selector: { app: name },
    template: {
      metadata: { labels: { app: name } },
      spec: { containers: [{ name: 'main', image: `shop/${name}:1` }], terminationGracePeriodSeconds: 1 },
    },
  },
});

describe('a ReplicationController as a ReplicaSet', () => {
  const one = { ...controller('web', 2), status: { replicas: 1, observedGeneration: 3 } };

  it('selects by labels alone, and comes back as it was', () => {
    expect(asReplicaSet(one).spec.selector).to.deep.equal({ matchLabels: { app: 'web' } });
    expect(asReplicaSet(one)).to.include({ apiVersion: 'v1', kind: 'ReplicationController' });
    expect(asReplicationController(asReplicaSet(one))).to.deep.equal(one);
  });

  it('is judged by the rules of ReplicaSets', () => {
    const labelled = (name: string, app: string, owner?: string): Pod => {
      const made = pod(name);
      const ownerReferences = owner
        ? [{ apiVersion: 'v1', kind: 'ReplicationController', name: 'web', uid: owner, controller: true }]
        : [];
      return { ...made, metadata: { ...made.metadata, labels: { app }, ownerReferences } };
    };
    const replicaSet = asReplicaSet({ ...one, metadata: { ...one.metadata, uid: 'rc' } });
    const pods = [
      labelled('orphan', 'web'),
      labelled('strayed', 'other', 'rc'),
      labelled('foreign', 'web', 'rs'),
    ];
    const { actions } = decideReplicaSet({ replicaSet, pods, related: [], settled: true }, NOW);
    expect(
      actions.map((action) => (action.type === 'create' ? `create ${action.count}` : nameOf(action))),
    ).to.deep.equal(['adopt orphan', 'release strayed', 'create 1']);
  });
});

const nameOf = (action: { type: string; object?: Pod; pod?: Pod }): string =>
  `${action.type} ${(action.object ?? action.pod)?.metadata.name}`;

describe('a ReplicationController on the built-in control plane', function () {
  this.timeout(20_000);
  let cluster: TestCluster;
  before(async () => {
    cluster = await startCluster();
    await cluster.addNode('n1');
    await cluster.createNamespace('shop');
  });
  after(() => cluster.stop());

  const key = (name: string) => ({ namespace: 'shop', name });
  const get = (name: string) => cluster.client.get(REPLICATION_CONTROLLERS, key(name));
  const podsOf = async (name: string) =>
    (await cluster.client.list(PODS, { namespace: 'shop', labelSelector: `app=${name}` })).items;
  const create = async (name: string, replicas: number) => {
    await cluster.client.create(REPLICATION_CONTROLLERS, controller(name, replicas));
    return eventually(
      () => get(name),
      ({ status }) => status?.availableReplicas === replicas,
    );
  };

  it('makes its pods, owns them, and says so in its status and by events', async () => {
    const made = await create('web', 2);
    expect(made.status).to.deep.equal({
      replicas: 2,
      fullyLabeledReplicas: 2,
      readyReplicas: 2,
      availableReplicas: 2,
      observedGeneration: 1,
    });
    for (const { metadata } of await podsOf('web')) {
      expect(metadata.name).to.match(/^web-\w{5}$/);
      expect(metadata.ownerReferences).to.deep.equal([
        {
          apiVersion: 'v1',
          kind: 'ReplicationController',
          name: 'web',
          uid: made.metadata.uid,
          controller: true,
          blockOwnerDeletion: true,
        },
      ]);
    }
    const events = await eventually(
      async () => (await cluster.client.list(EVENTS, { namespace: 'shop' })).items,
      (all) => all.some(({ reason }) => reason === 'SuccessfulCreate'),
    );
    expect(events.find(({ reason }) => reason === 'SuccessfulCreate')?.involvedObject).to.include({
      kind: 'ReplicationController',
      name: 'web',
    });
  });

  it('follows its scale, up and down', async () => {
    await create('scaled', 1);
    for (const replicas of [3, 0]) {
      await cluster.client.patch(
        REPLICATION_CONTROLLERS,
        key('scaled'),
        { type: 'merge', body: { spec: { replicas } } },
        { subresource: 'scale' },
      );
      await eventually(
        () => podsOf('scaled'),
        (pods) => pods.length === replicas,
      );
      await eventually(
        () => get('scaled'),
        ({ status }) => status?.replicas === replicas,
      );
    }
  });

  it('lets a pod go that no longer matches, makes another, and takes an orphan that does', async () => {
    await create('loose', 1);
    const [first] = await podsOf('loose');
    const name = first?.metadata.name ?? '';
    const label = (app: string) =>
      cluster.client.patch(PODS, key(name), { type: 'merge', body: { metadata: { labels: { app } } } });
    await label('free');
    const isFree = (one: Pod) => (one.metadata.ownerReferences ?? []).length === 0;
    await eventually(() => cluster.client.get(PODS, key(name)), isFree);
    await eventually(
      () => podsOf('loose'),
      (pods) => pods.length === 1,
    );
    await cluster.client.delete(REPLICATION_CONTROLLERS, key('loose'), { propagationPolicy: 'Background' });
    await eventually(
      () => podsOf('loose'),
      (pods) => pods.length === 0,
    );
    await label('loose');
    await create('loose', 1);
    expect((await podsOf('loose')).map(({ metadata }) => metadata.name)).to.deep.equal([name]);
  });

  it('leaves its pods behind when it is deleted without another word, and another one takes them', async () => {
    await create('left', 2);
    const names = async () => (await podsOf('left')).map(({ metadata }) => metadata.name).sort();
    const before = await names();
    await cluster.client.delete(REPLICATION_CONTROLLERS, key('left'));
    await eventually(
      () => get('left').catch(notFoundAsUndefined),
      (found) => found === undefined,
    );
    const orphans = await podsOf('left');
    expect(orphans.flatMap(({ metadata }) => metadata.ownerReferences ?? [])).to.deep.equal([]);
    await create('left', 2);
    expect(await names()).to.deep.equal(before);
  });

  it('says that its pods cannot be created while a quota refuses them, and that no longer when it allows them', async () => {
    await cluster.createNamespace('tight');
    const { client } = cluster;
    const there = { namespace: 'tight', name: 'many' };
    const quota = { namespace: 'tight', name: 'pods' };
    await client.create(RESOURCE_QUOTAS, {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: quota,
      spec: { hard: { pods: '1' } },
    });
    await client.create(REPLICATION_CONTROLLERS, { ...controller('many', 2), metadata: there });
    const failure = async () =>
      (await client.get(REPLICATION_CONTROLLERS, there)).status?.conditions?.find(
        ({ type }) => type === 'ReplicaFailure',
      );
    const failed = await eventually(failure, (found) => found !== undefined);
    expect(failed).to.include({ status: 'True', reason: 'FailedCreate' });
    expect(failed?.message).to.contain('exceeded quota: pods');
    await client.patch(RESOURCE_QUOTAS, quota, { type: 'merge', body: { spec: { hard: { pods: '2' } } } });
    await eventually(failure, (found) => found === undefined);
    expect((await client.list(PODS, { namespace: 'tight' })).items).to.have.length(2);
  });
});
