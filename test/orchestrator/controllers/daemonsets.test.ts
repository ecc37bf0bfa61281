import { expect } from 'chai';
import type { DaemonSet, Pod } from '../../../src/kube/kinds/objects.data.ts';
import {
  CONTROLLER_REVISIONS,
  DAEMON_SETS,
  EVENTS,
  NODES,
  PODS,
  RESOURCE_QUOTAS,
} from '../../../src/kube/kinds/resources.data.ts';
import { eventually } from './cluster.ts';
import { useShop } from './shop.ts';

const daemonSet = (name: string, version: string, spec: object = {}, podSpec: object = {}): DaemonSet => ({
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  metadata: { name, namespace: 'shop' },
  spec: {
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: {
        containers: [{ name: 'main', image: `shop/${name}:${version}` }],
        terminationGracePeriodSeconds: 1,
        ...podSpec,
      },
    },
    ...spec,
  },
});

const isEverywhere =
  (count: number) =>
  ({ metadata, status }: DaemonSet): boolean =>
    status?.observedGeneration === metadata.generation &&
    status?.desiredNumberScheduled === count &&
    status?.currentNumberScheduled === count &&
    status?.updatedNumberScheduled === count &&
    status?.numberAvailable === count;

const places = (pods: readonly Pod[]): string[] =>
  pods.map((pod) => `${pod.spec.nodeName} ${pod.spec.containers[0]?.image?.split(':')[1]}`).sort();

describe('controllers on the built-in control plane: daemon sets', function () {
  this.timeout(20_000);
  const shop = useShop();
  const { podsOf } = shop;
  const apply = (set: DaemonSet) =>
    shop.cluster.client.apply(DAEMON_SETS, set, { fieldManager: 'test', force: true });
  const get = (name: string) => shop.cluster.client.get(DAEMON_SETS, { namespace: 'shop', name });
  const rolledOut = (name: string, count = 2) => eventually(() => get(name), isEverywhere(count));
  const numbersOf = async (name: string): Promise<readonly number[]> => {
    const selected = { namespace: 'shop', labelSelector: `app=${name}` };
    const { items } = await shop.cluster.client.list(CONTROLLER_REVISIONS, selected);
    return items.map(({ revision }) => revision).sort();
  };
  const labelNode = (name: string, labels: Readonly<Record<string, string | null>>) =>
    shop.cluster.client.patch(NODES, { name }, { type: 'merge', body: { metadata: { labels } } });

  it('runs a pod on every node, placed by the scheduler', async () => {
    await apply(daemonSet('log', 'v1'));
    const done = await rolledOut('log');
    expect(done.status?.numberMisscheduled).to.equal(0);
    const pods = await podsOf('log');
    expect(places(pods)).to.deep.equal(['n1 v1', 'n2 v1']);
    const [one] = pods;
    expect(one?.metadata.labels).to.include({ app: 'log', 'pod-template-generation': '1' });
    expect(one?.metadata.name).to.match(/^log-/);
    const events = await eventually(
      async () => (await shop.cluster.client.list(EVENTS, { namespace: 'shop' })).items,
      (items) => items.some(({ involvedObject }) => involvedObject?.kind === 'DaemonSet'),
    );
    const about = events.filter(({ involvedObject }) => involvedObject?.kind === 'DaemonSet');
    expect(about[0]?.message).to.match(/^Created pod: log-/);
  });

  it('follows the labels and taints of nodes', async () => {
    await apply(daemonSet('picky', 'v1', {}, { nodeSelector: { disk: 'fast' } }));
    await eventually(
      () => get('picky'),
      ({ status }) => status?.observedGeneration === 1,
    );
    expect(await podsOf('picky')).to.have.length(0);
    await labelNode('n1', { disk: 'fast' });
    await rolledOut('picky', 1);
    expect(places(await podsOf('picky'))).to.deep.equal(['n1 v1']);
    await labelNode('n1', { disk: null });
    await eventually(
      () => podsOf('picky'),
      (pods) => pods.length === 0,
    );
    const taints = [{ key: 'only', value: 'batch', effect: 'NoSchedule' }];
    await shop.cluster.client.patch(NODES, { name: 'n2' }, { type: 'merge', body: { spec: { taints } } });
    await apply(daemonSet('shy', 'v1'));
    await rolledOut('shy', 1);
    expect(places(await podsOf('shy'))).to.deep.equal(['n1 v1']);
    await shop.cluster.client.patch(
      NODES,
      { name: 'n2' },
      { type: 'merge', body: { spec: { taints: null } } },
    );
    await rolledOut('shy', 2);
  });

  it('updates node by node, and goes back by the old revision under a new number', async () => {
    await apply(daemonSet('roll', 'v1'));
    await rolledOut('roll');
    await apply(daemonSet('roll', 'v2'));
    await rolledOut('roll');
    expect(places(await podsOf('roll'))).to.deep.equal(['n1 v2', 'n2 v2']);
    expect(await numbersOf('roll')).to.deep.equal([1, 2]);
    await apply(daemonSet('roll', 'v1'));
    await rolledOut('roll');
    expect(await numbersOf('roll')).to.deep.equal([2, 3]);
  });

  it('updates without a gap where it may surge', async () => {
    const surge = {
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
    };
    await apply(daemonSet('twice', 'v1', surge));
    await rolledOut('twice');
    shop.cluster.isHealthy = ({ spec }) => spec.containers[0]?.image !== 'shop/twice:v2';
    await apply(daemonSet('twice', 'v2', surge));
    const during = await eventually(
      () => podsOf('twice'),
      (pods) => pods.length === 3 && pods.every(({ spec }) => spec.nodeName),
    );
    expect(during.filter(({ spec }) => spec.containers[0]?.image?.endsWith('v1'))).to.have.length(2);
    shop.cluster.isHealthy = () => true;
    await apply(daemonSet('twice', 'v3', surge));
    await rolledOut('twice');
    await eventually(
      () => podsOf('twice'),
      (pods) => pods.length === 2,
    );
    expect(places(await podsOf('twice'))).to.deep.equal(['n1 v3', 'n2 v3']);
  });

  it('leaves pods as they are until they are deleted, where that is asked for', async () => {
    const onDelete = { updateStrategy: { type: 'OnDelete' } };
    await apply(daemonSet('slow', 'v1', onDelete));
    await rolledOut('slow');
    await apply(daemonSet('slow', 'v2', onDelete));
    await eventually(
      () => get('slow'),
      ({ status }) => status?.observedGeneration === 2 && (status.updatedNumberScheduled ?? 0) === 0,
    );
    const first = (await podsOf('slow')).find(({ spec }) => spec.nodeName === 'n1');
    await shop.cluster.client.delete(PODS, { namespace: 'shop', name: first?.metadata.name ?? '' });
    await eventually(
      async () => places(await podsOf('slow')),
      (all) => all.join() === 'n1 v2,n2 v1',
    );
  });

  it('replaces a pod that has failed, and says so', async () => {
    await apply(daemonSet('broken', 'v1'));
    await rolledOut('broken');
    const [before] = await podsOf('broken');
    const name = before?.metadata.name ?? '';
    await shop.cluster.client.patch(
      PODS,
      { namespace: 'shop', name },
      { type: 'merge', body: { status: { phase: 'Failed' } } },
      { subresource: 'status' },
    );
    await eventually(
      () => podsOf('broken'),
      (pods) => pods.length === 2 && pods.every(({ metadata }) => metadata.name !== name),
    );
    await eventually(
      async () => (await shop.cluster.client.list(EVENTS, { namespace: 'shop' })).items,
      (items) =>
        items.some(({ message }) =>
          message?.startsWith(
            `Found failed daemon pod shop/${name} on node ${before?.spec.nodeName}, will try`,
          ),
        ),
    );
  });

  it('has one revision for a template: pods of another one with the same move over to the newest, and go on', async () => {
    await apply(daemonSet('twin', 'v1'));
    await rolledOut('twin');
    const selected = { namespace: 'shop', labelSelector: 'app=twin' };
    const revisions = async () => (await shop.cluster.client.list(CONTROLLER_REVISIONS, selected)).items;
    const names = async () => (await podsOf('twin')).map(({ metadata }) => metadata.name).sort();
    const before = await names();
    const [first] = await revisions();
    const { labels, ownerReferences } = first?.metadata ?? {};
    const { 'controller-revision-hash': _, ...unnamed } = labels ?? {};
    await shop.cluster.client.create(CONTROLLER_REVISIONS, {
      apiVersion: 'apps/v1',
      kind: 'ControllerRevision',
      metadata: {
        name: 'twin-copy',
        namespace: 'shop',
        labels: unnamed,
        ownerReferences: ownerReferences ?? [],
      },
      data: first?.data,
      revision: 2,
    });
    const left = await eventually(revisions, (all) => all.length === 1);
    expect(left[0]?.metadata.name).to.equal('twin-copy');
    const hashes = await eventually(
      async () => (await podsOf('twin')).map(({ metadata }) => metadata.labels?.['controller-revision-hash']),
      (all) => all.every((hash) => hash === 'twin-copy'),
    );
    expect(hashes).to.have.length(2);
    expect(await names()).to.deep.equal(before);
  });

  it('says why a pod cannot be made, and counts the nodes that have none', async () => {
    await shop.cluster.client.create(RESOURCE_QUOTAS, {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'pods', namespace: 'shop' },
      spec: { hard: { 'count/pods': '0' } },
    });
    await apply(daemonSet('none', 'v1'));
    const waiting = await eventually(
      () => get('none'),
      ({ status }) => status?.desiredNumberScheduled === 2,
    );
    expect(waiting.status).to.include({ currentNumberScheduled: 0, numberUnavailable: 2 });
    await eventually(
      async () => (await shop.cluster.client.list(EVENTS, { namespace: 'shop' })).items,
      (items) =>
        items.some(
          ({ reason, message }) => reason === 'FailedCreate' && /exceeded quota/.test(message ?? ''),
        ),
    );
    await shop.cluster.client.delete(RESOURCE_QUOTAS, { namespace: 'shop', name: 'pods' });
    await rolledOut('none');
  });

  it('takes over pods and revisions of one that was deleted without them, and makes no others', async () => {
    await apply(daemonSet('heir', 'v1'));
    await rolledOut('heir');
    const names = async () => (await podsOf('heir')).map(({ metadata }) => metadata.name).sort();
    const before = await names();
    await shop.cluster.client.delete(
      DAEMON_SETS,
      { namespace: 'shop', name: 'heir' },
      { propagationPolicy: 'Orphan' },
    );
    await eventually(
      () => podsOf('heir'),
      (pods) => pods.every(({ metadata }) => (metadata.ownerReferences ?? []).length === 0),
    );
    await apply(daemonSet('heir', 'v1'));
    const { metadata } = await rolledOut('heir');
    expect(await names()).to.deep.equal(before);
    const owners = (await podsOf('heir')).map((pod) => pod.metadata.ownerReferences?.[0]?.uid);
    expect(owners).to.deep.equal([metadata.uid, metadata.uid]);
    expect(await numbersOf('heir')).to.deep.equal([1]);
  });
});
