import { expect } from 'chai';
import { silentLogger } from '../../../src/base/log.ts';
import { createInformer } from '../../../src/kube/client/informer.ts';
import type { Pod } from '../../../src/kube/kinds/objects.data.ts';
import { DEPLOYMENTS, LEASES, NODES, PODS } from '../../../src/kube/kinds/resources.data.ts';
import { LeapingClock } from '../../fakes/clock.ts';
import { eventually, startCluster, type TestCluster } from './cluster.ts';
import { deployment } from './shop.ts';

describe('pods of a node that is lost or to be emptied', () => {
  let cluster: TestCluster;
  let clock: LeapingClock;
  beforeEach(async () => {
    clock = new LeapingClock();
    cluster = await startCluster(clock);
    await cluster.addNode('n1');
    await cluster.addNode('n2');
    await cluster.createNamespace('shop');
  });
  afterEach(() => cluster.stop());

  const pods = async () => (await cluster.client.list(PODS, { namespace: 'shop' })).items;
  const nodesOf = (all: readonly Pod[]) => all.map(({ spec }) => spec.nodeName ?? '').sort();
  const areOn = (...wanted: readonly string[]) =>
    eventually(pods, (all) => nodesOf(all).join() === wanted.join());

  async function deploy(tolerations: readonly object[] = []): Promise<void> {
    const web = deployment('web', '1', 2);
    const { template } = web.spec;
    const spec = { ...web.spec, template: { ...template, spec: { ...template.spec, tolerations } } };
    await cluster.client.create(DEPLOYMENTS, { ...web, spec } as typeof web);
    await areOn('n1', 'n2');
  }

  it('run elsewhere once it has been silent for too long, and what is left of its time is over', async () => {
    const briefly = { operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 1 };
    await deploy([
      { ...briefly, key: 'node.kubernetes.io/unreachable' },
      { ...briefly, key: 'node.kubernetes.io/not-ready' },
    ]);
    // Nobody has renewed a Lease meanwhile.
    clock.leap(61_000);
    const isTainted = async () => (await cluster.client.get(NODES, { name: 'n1' })).spec?.taints ?? [];
    await eventually(isTainted, (taints) => taints.some(({ effect }) => effect === 'NoExecute'));
    clock.leap(2_000);
    await areOn('', '');
    // One of them is back.
    const renewTime = new Date(clock.now()).toISOString().replace('Z', '000Z');
    const lease = { type: 'merge' as const, body: { spec: { renewTime } } };
    await cluster.client.patch(LEASES, { namespace: 'kube-node-lease', name: 'n2' }, lease);
    const conditions = [{ type: 'Ready', status: 'True', reason: 'KubeletReady' }];
    const ready = { type: 'strategic' as const, body: { status: { conditions } } };
    await cluster.client.patch(NODES, { name: 'n2' }, ready, { subresource: 'status' });
    await areOn('n2', 'n2');
  });

  it('leave at once for a taint that they do not tolerate, and say that they were made to', async () => {
    await deploy();
    const reasons: string[] = [];
    const stop = new AbortController();
    const informer = createInformer({ client: cluster.client, resource: PODS, clock, logger: silentLogger });
    informer.listen({
      update: ({ status }) => reasons.push(...(status?.conditions ?? []).map(({ reason = '' }) => reason)),
    });
    informer.start(stop.signal);
    await informer.synced;
    const taints = [{ key: 'example.com/repair', value: 'disk', effect: 'NoExecute' }];
    await cluster.client.patch(NODES, { name: 'n1' }, { type: 'merge', body: { spec: { taints } } });
    await areOn('n2', 'n2');
    stop.abort();
    expect(reasons).to.include('DeletionByTaintManager');
  });
});
