import { expect } from 'chai';
import type { Deployment, Pod, ReplicaSet } from '../../../src/kube/kinds/objects.data.ts';
import {
  CONFIG_MAPS,
  DEPLOYMENTS,
  ENDPOINT_SLICES,
  EVENTS,
  NAMESPACES,
  NODES,
  PODS,
  REPLICA_SETS,
  SERVICE_ACCOUNTS,
  SERVICES,
} from '../../../src/kube/kinds/resources.data.ts';
import { isNotFound } from '../../../src/kube/values/status.ts';
import { eventually, startCluster, type TestCluster } from './cluster.ts';

const deployment = (name: string, version: string, replicas = 3, spec: object = {}): Deployment => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, namespace: 'shop' },
  spec: {
    replicas,
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: {
        containers: [
          { name: 'main', image: `shop/${name}:${version}`, ports: [{ name: 'http', containerPort: 8080 }] },
        ],
        terminationGracePeriodSeconds: 1,
      },
    },
    ...spec,
  },
});

describe('controllers on the built-in control plane', function () {
  this.timeout(20_000);
  let cluster: TestCluster;

  before(async () => {
    cluster = await startCluster();
    await cluster.addNode('n1');
    await cluster.addNode('n2');
    await cluster.createNamespace('shop');
  });
  after(() => cluster.stop());

  const getDeployment = (name: string) => cluster.client.get(DEPLOYMENTS, { namespace: 'shop', name });
  const setsOf = async (name: string): Promise<readonly ReplicaSet[]> =>
    (await cluster.client.list(REPLICA_SETS, { namespace: 'shop', labelSelector: `app=${name}` })).items;
  const podsOf = async (name: string): Promise<readonly Pod[]> =>
    (await cluster.client.list(PODS, { namespace: 'shop', labelSelector: `app=${name}` })).items;
  const apply = (object: Deployment) =>
    cluster.client.apply(DEPLOYMENTS, object, { fieldManager: 'test', force: true });
  const isRolledOut = ({ metadata, spec, status }: Deployment): boolean =>
    status?.observedGeneration === metadata.generation &&
    status?.updatedReplicas === spec.replicas &&
    status?.replicas === spec.replicas &&
    status?.availableReplicas === spec.replicas;
  const rolledOut = (name: string) => eventually(() => getDeployment(name), isRolledOut);
  const reasonOf = (one: Deployment, type: string) =>
    one.status?.conditions?.find((condition) => condition.type === type)?.reason;

  it('rolls a deployment out, over all nodes, and says so in its conditions', async () => {
    await apply(deployment('web', 'v1', 4));
    const done = await eventually(
      () => getDeployment('web'),
      (one) => isRolledOut(one) && reasonOf(one, 'Progressing') === 'NewReplicaSetAvailable',
    );
    expect(reasonOf(done, 'Available')).to.equal('MinimumReplicasAvailable');
    expect(done.metadata.annotations?.['deployment.kubernetes.io/revision']).to.equal('1');
    const nodes = (await podsOf('web')).map((pod) => pod.spec.nodeName);
    expect(nodes.sort()).to.deep.equal(['n1', 'n1', 'n2', 'n2']);
  });

  it('replaces pods step by step: never fewer available than allowed, never more in all than surge allows', async () => {
    await apply(
      deployment('roll', 'v1', 4, { strategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } } }),
    );
    await rolledOut('roll');
    let isOver = false;
    const seen: { ready: number; active: number }[] = [];
    const watching = (async () => {
      while (!isOver) {
        const active = (await podsOf('roll')).filter((pod) => !pod.metadata.deletionTimestamp);
        const ready = active.filter((pod) =>
          pod.status?.conditions?.some((c) => c.type === 'Ready' && c.status === 'True'),
        );
        seen.push({ ready: ready.length, active: active.length });
        await new Promise((resolve) => setImmediate(resolve));
      }
    })();
    await apply(
      deployment('roll', 'v2', 4, { strategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } } }),
    );
    await rolledOut('roll');
    isOver = true;
    await watching;
    expect(Math.min(...seen.map(({ ready }) => ready))).to.equal(4);
    expect(Math.max(...seen.map(({ active }) => active))).to.equal(5);
    const images = (await podsOf('roll')).map((pod) => pod.spec.containers[0]?.image);
    expect(new Set(images)).to.deep.equal(new Set(['shop/roll:v2']));
  });

  it('goes back to an old template by its old replica set, under a new revision', async () => {
    await apply(deployment('undo', 'v1', 2));
    await rolledOut('undo');
    const [first] = await setsOf('undo');
    await apply(deployment('undo', 'v2', 2));
    await rolledOut('undo');
    await apply(deployment('undo', 'v1', 2));
    await rolledOut('undo');
    const sets = await setsOf('undo');
    expect(sets).to.have.length(2);
    const back = sets.find((set) => set.spec.replicas === 2);
    expect(back?.metadata.name).to.equal(first?.metadata.name);
    expect(back?.metadata.annotations?.['deployment.kubernetes.io/revision']).to.equal('3');
    expect(back?.metadata.annotations?.['deployment.kubernetes.io/revision-history']).to.equal('1');
    const done = await eventually(
      () => getDeployment('undo'),
      (one) => one.metadata.annotations?.['deployment.kubernetes.io/revision'] === '3',
    );
    expect(done.metadata.name).to.equal('undo');
  });

  it('stops at the surge when new pods never become ready, keeps the old ones, and names it after the deadline', async () => {
    await apply(deployment('bad', 'v1', 3));
    await rolledOut('bad');
    cluster.isHealthy = (pod) => !pod.spec.containers[0]?.image?.endsWith('bad:v2');
    await apply(deployment('bad', 'v2', 3, { progressDeadlineSeconds: 1 }));
    const failed = await eventually(
      () => getDeployment('bad'),
      (one) => reasonOf(one, 'Progressing') === 'ProgressDeadlineExceeded',
    );
    expect(failed.status?.availableReplicas).to.equal(3);
    expect(failed.status?.updatedReplicas).to.equal(1);
    // The next revision supersedes it.
    await apply(deployment('bad', 'v3', 3));
    await rolledOut('bad');
  });

  it('scales, replaces a deleted pod, and releases a pod that loses its labels', async () => {
    await apply(deployment('scale', 'v1', 2));
    await rolledOut('scale');
    await cluster.client.patch(
      DEPLOYMENTS,
      { namespace: 'shop', name: 'scale' },
      { type: 'merge', body: { spec: { replicas: 5 } } },
      { subresource: 'scale' },
    );
    await eventually(
      () => podsOf('scale'),
      (pods) => pods.length === 5,
    );
    const [victim, freed] = await podsOf('scale');
    const nameOf = (pod: Pod | undefined) => pod?.metadata.name ?? '';
    await cluster.client.delete(PODS, { namespace: 'shop', name: nameOf(victim) });
    await cluster.client.patch(
      PODS,
      { namespace: 'shop', name: nameOf(freed) },
      { type: 'merge', body: { metadata: { labels: { app: 'freed' } } } },
    );
    const now = await eventually(
      () => podsOf('scale'),
      (pods) =>
        pods.length === 5 && !pods.some((pod) => [nameOf(victim), nameOf(freed)].includes(nameOf(pod))),
    );
    expect(now).to.have.length(5);
    const released = await eventually(
      () => cluster.client.get(PODS, { namespace: 'shop', name: nameOf(freed) }),
      (pod) => (pod.metadata.ownerReferences ?? []).length === 0,
    );
    expect(released.metadata.labels?.app).to.equal('freed');
  });

  it('recreates: no new pod before the last old one is gone', async () => {
    const strategy = { strategy: { type: 'Recreate' } };
    await apply(deployment('again', 'v1', 2, strategy));
    await rolledOut('again');
    await apply(deployment('again', 'v2', 2, strategy));
    await eventually(
      () => podsOf('again'),
      (pods) => {
        const images = new Set(pods.map((pod) => pod.spec.containers[0]?.image));
        if (images.size > 1) throw new Error('old and new at once');
        return images.has('shop/again:v2') && pods.length === 2;
      },
    );
  });

  it('keeps endpoint slices equal to the ready pods', async () => {
    await apply(deployment('ends', 'v1', 3));
    await cluster.client.create(SERVICES, {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'ends', namespace: 'shop' },
      spec: { selector: { app: 'ends' }, ports: [{ name: 'http', port: 80, targetPort: 'http' }] },
    });
    const slices = async () =>
      (
        await cluster.client.list(ENDPOINT_SLICES, {
          namespace: 'shop',
          labelSelector: 'kubernetes.io/service-name=ends',
        })
      ).items;
    const ready = await eventually(
      slices,
      ([slice]) => slice?.endpoints?.filter((endpoint) => endpoint.conditions?.ready).length === 3,
    );
    expect(ready[0]?.ports?.map(({ name, port }) => ({ name, port }))).to.deep.equal([
      { name: 'http', port: 8080 },
    ]);
    await cluster.client.delete(SERVICES, { namespace: 'shop', name: 'ends' });
    await eventually(slices, (all) => all.length === 0);
  });

  it('deletes a deployment with all that it owns', async () => {
    await apply(deployment('gone', 'v1', 2));
    await rolledOut('gone');
    await cluster.client.delete(
      DEPLOYMENTS,
      { namespace: 'shop', name: 'gone' },
      { propagationPolicy: 'Background' },
    );
    await eventually(
      () => podsOf('gone'),
      (pods) => pods.length === 0,
    );
    expect(await setsOf('gone')).to.deep.equal([]);
  });

  it('deletes in the foreground: the owner goes last', async () => {
    await apply(deployment('last', 'v1', 2));
    await rolledOut('last');
    await cluster.client.delete(
      DEPLOYMENTS,
      { namespace: 'shop', name: 'last' },
      { propagationPolicy: 'Foreground' },
    );
    await eventually(
      async () => {
        const owner = await getDeployment('last').catch((error) =>
          isNotFound(error) ? undefined : Promise.reject(error),
        );
        return { owner, pods: await podsOf('last'), sets: await setsOf('last') };
      },
      ({ owner, pods, sets }) => {
        if (!owner && pods.length + sets.length > 0) throw new Error('the owner went first');
        return !owner;
      },
    );
  });

  for (const [count, how] of [
    [1, 'the first of them is deleted'],
    [2, 'both are deleted at the same time'],
  ] as const) {
    it(`ends two owners of each other that block each other when ${how} in the foreground`, async () => {
      const key = (name: string) => ({ namespace: 'shop', name: `${name}${count}` });
      const create = (name: string) =>
        cluster.client.create(
          CONFIG_MAPS,
          { apiVersion: 'v1', kind: 'ConfigMap', metadata: key(name) },
          { namespace: 'shop' },
        );
      const [chicken, egg] = [await create('chicken'), await create('egg')];
      for (const [one, { metadata }] of [
        ['chicken', egg],
        ['egg', chicken],
      ] as const) {
        const { name = '', uid = '' } = metadata;
        const owner = { apiVersion: 'v1', kind: 'ConfigMap', name, uid, blockOwnerDeletion: true };
        const body = { metadata: { ownerReferences: [owner] } };
        await cluster.client.patch(CONFIG_MAPS, key(one), { type: 'merge', body });
      }
      const doomed = ['chicken', 'egg'].slice(0, count);
      await Promise.all(
        doomed.map((name) =>
          cluster.client
            .delete(CONFIG_MAPS, key(name), { propagationPolicy: 'Foreground' })
            // The first deletion may have taken it along already.
            .catch((error) => (isNotFound(error) ? undefined : Promise.reject(error))),
        ),
      );
      await eventually(
        () => cluster.client.list(CONFIG_MAPS, { namespace: 'shop' }),
        ({ items }) => items.every(({ metadata: { name } }) => !name?.match(/^(chicken|egg)\d$/)),
      );
    });
  }

  it('orphans: what was owned stays and is nobody’s', async () => {
    await apply(deployment('left', 'v1', 2));
    await rolledOut('left');
    await cluster.client.delete(
      DEPLOYMENTS,
      { namespace: 'shop', name: 'left' },
      { propagationPolicy: 'Orphan' },
    );
    const sets = await eventually(
      () => setsOf('left'),
      ([set]) => set !== undefined && (set.metadata.ownerReferences ?? []).length === 0,
    );
    expect(sets).to.have.length(1);
    expect(await podsOf('left')).to.have.length(2);
    await eventually(
      () => getDeployment('left').catch((error) => isNotFound(error)),
      (answer) => answer === true,
    );
    // A new deployment of that selector adopts it.
    await apply(deployment('left', 'v1', 2));
    const adopted = await eventually(
      () => setsOf('left'),
      ([set]) => (set?.metadata.ownerReferences ?? []).length === 1,
    );
    expect(adopted).to.have.length(1);
  });

  it('empties a namespace and lets it go, says what keeps it, and gives new ones a default ServiceAccount', async () => {
    await cluster.createNamespace('temp');
    await eventually(
      async () => (await cluster.client.list(SERVICE_ACCOUNTS, { namespace: 'temp' })).items,
      (accounts) => accounts.some((account) => account.metadata.name === 'default'),
    );
    await cluster.client.create(CONFIG_MAPS, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'kept', namespace: 'temp', finalizers: ['example.com/hold'] },
    });
    await cluster.client.create(DEPLOYMENTS, {
      ...deployment('inner', 'v1', 2),
      metadata: { name: 'inner', namespace: 'temp' },
    });
    await cluster.client.delete(NAMESPACES, { name: 'temp' });
    const held = await eventually(
      () => cluster.client.get(NAMESPACES, { name: 'temp' }),
      (one) => {
        const finalizers = one.status?.conditions?.find(
          ({ type }) => type === 'NamespaceFinalizersRemaining',
        );
        return finalizers?.message?.includes('example.com/hold in 1 resource instances') ?? false;
      },
    );
    expect(held.status?.phase).to.equal('Terminating');
    await cluster.client.patch(
      CONFIG_MAPS,
      { namespace: 'temp', name: 'kept' },
      { type: 'merge', body: { metadata: { finalizers: null } } },
    );
    await eventually(
      () => cluster.client.get(NAMESPACES, { name: 'temp' }).catch((error) => isNotFound(error)),
      (answer) => answer === true,
    );
  });

  it('says why a pod cannot be placed, and places it when a node comes that fits', async () => {
    const name = 'huge';
    const containers = [{ name: 'main', image: 'host', resources: { requests: { cpu: '64' } } }];
    await cluster.client.create(PODS, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace: 'shop' },
      spec: { containers },
    });
    const get = () => cluster.client.get(PODS, { namespace: 'shop', name });
    const waiting = await eventually(get, (pod) => pod.status?.conditions?.[0]?.reason === 'Unschedulable');
    expect(waiting.status?.conditions?.[0]?.message).to.equal('0/2 nodes are available: 2 Insufficient cpu.');
    await eventually(
      async () => (await cluster.client.list(EVENTS, { namespace: 'shop' })).items,
      (events) => events.some((event) => event.reason === 'FailedScheduling'),
    );
    await cluster.addNode('big', { cpu: '128', memory: '64Gi', pods: '10' });
    await eventually(get, (pod) => pod.spec.nodeName === 'big');
  });

  it('keeps a node that renews its lease free of taints', async () => {
    const { items } = await cluster.client.list(NODES);
    expect(items.flatMap((node) => node.spec?.taints ?? [])).to.deep.equal([]);
  });
});
