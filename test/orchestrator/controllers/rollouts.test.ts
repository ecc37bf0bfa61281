import { expect } from 'chai';
import type { Pod } from '../../../src/kube/kinds/objects.data.ts';
import { DEPLOYMENTS, PODS } from '../../../src/kube/kinds/resources.data.ts';
import { eventually } from './cluster.ts';
import { deployment, isRolledOut, reasonOf, useShop } from './shop.ts';

describe('controllers on the built-in control plane: rollouts', function () {
  this.timeout(20_000);
  const shop = useShop();
  const { apply, getDeployment, podsOf, rolledOut, setsOf } = shop;

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
    shop.cluster.isHealthy = (pod) => !pod.spec.containers[0]?.image?.endsWith('bad:v2');
    await apply(deployment('bad', 'v2', 3, { progressDeadlineSeconds: 1 }));
    const failed = await eventually(
      () => getDeployment('bad'),
      (one) =>
        reasonOf(one, 'Progressing') === 'ProgressDeadlineExceeded' && one.status?.updatedReplicas === 1,
    );
    expect(failed.status?.availableReplicas).to.equal(3);
    // The next revision supersedes it.
    await apply(deployment('bad', 'v3', 3));
    await rolledOut('bad');
  });

  it('scales, replaces a deleted pod, and releases a pod that loses its labels', async () => {
    await apply(deployment('scale', 'v1', 2));
    await rolledOut('scale');
    await shop.cluster.client.patch(
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
    await shop.cluster.client.delete(PODS, { namespace: 'shop', name: nameOf(victim) });
    await shop.cluster.client.patch(
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
      () => shop.cluster.client.get(PODS, { namespace: 'shop', name: nameOf(freed) }),
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
});
