import { expect } from 'chai';
import { ENDPOINT_SLICES, EVENTS, NODES, PODS, SERVICES } from '../../../src/kube/kinds/resources.data.ts';
import { eventually } from './cluster.ts';
import { deployment, useShop } from './shop.ts';

describe('controllers on the built-in control plane', function () {
  this.timeout(20_000);
  const shop = useShop();
  const { apply } = shop;

  it('keeps endpoint slices equal to the ready pods', async () => {
    await apply(deployment('ends', 'v1', 3));
    await shop.cluster.client.create(SERVICES, {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'ends', namespace: 'shop' },
      spec: { selector: { app: 'ends' }, ports: [{ name: 'http', port: 80, targetPort: 'http' }] },
    });
    const slices = async () =>
      (
        await shop.cluster.client.list(ENDPOINT_SLICES, {
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
    await shop.cluster.client.delete(SERVICES, { namespace: 'shop', name: 'ends' });
    await eventually(slices, (all) => all.length === 0);
  });

  it('says why a pod cannot be placed, and places it when a node comes that fits', async () => {
    const name = 'huge';
    const containers = [{ name: 'main', image: 'host', resources: { requests: { cpu: '64' } } }];
    await shop.cluster.client.create(PODS, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace: 'shop' },
      spec: { containers },
    });
    const get = () => shop.cluster.client.get(PODS, { namespace: 'shop', name });
    const waiting = await eventually(get, (pod) => pod.status?.conditions?.[0]?.reason === 'Unschedulable');
    expect(waiting.status?.conditions?.[0]?.message).to.equal(
      '0/2 nodes are available: 2 Insufficient cpu. preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling.',
    );
    await eventually(
      async () => (await shop.cluster.client.list(EVENTS, { namespace: 'shop' })).items,
      (events) => events.some((event) => event.reason === 'FailedScheduling'),
    );
    await shop.cluster.addNode('big', { cpu: '128', memory: '64Gi', pods: '10' });
    await eventually(get, (pod) => pod.spec.nodeName === 'big');
  });

  it('keeps a node that renews its lease free of taints', async () => {
    const { items } = await shop.cluster.client.list(NODES);
    expect(items.flatMap((node) => node.spec?.taints ?? [])).to.deep.equal([]);
  });
});
