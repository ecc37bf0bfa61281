import { expect } from 'chai';
import {
  CONFIG_MAPS,
  DEPLOYMENTS,
  NAMESPACES,
  SERVICE_ACCOUNTS,
} from '../../../src/kube/kinds/resources.data.ts';
import { isNotFound } from '../../../src/kube/values/status.ts';
import { eventually } from './cluster.ts';
import { deployment, useShop } from './shop.ts';

describe('controllers on the built-in control plane: deletion', function () {
  this.timeout(20_000);
  const shop = useShop();
  const { apply, getDeployment, podsOf, rolledOut, setsOf } = shop;

  it('deletes a deployment with all that it owns', async () => {
    await apply(deployment('gone', 'v1', 2));
    await rolledOut('gone');
    await shop.cluster.client.delete(
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
    await shop.cluster.client.delete(
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
        shop.cluster.client.create(
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
        await shop.cluster.client.patch(CONFIG_MAPS, key(one), { type: 'merge', body });
      }
      const doomed = ['chicken', 'egg'].slice(0, count);
      await Promise.all(
        doomed.map((name) =>
          shop.cluster.client
            .delete(CONFIG_MAPS, key(name), { propagationPolicy: 'Foreground' })
            // The first deletion may have taken it along already.
            .catch((error) => (isNotFound(error) ? undefined : Promise.reject(error))),
        ),
      );
      await eventually(
        () => shop.cluster.client.list(CONFIG_MAPS, { namespace: 'shop' }),
        ({ items }) => items.every(({ metadata: { name } }) => !name?.match(/^(chicken|egg)\d$/)),
      );
    });
  }

  it('orphans: what was owned stays and is nobody’s', async () => {
    await apply(deployment('left', 'v1', 2));
    await rolledOut('left');
    await shop.cluster.client.delete(
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
    await shop.cluster.createNamespace('temp');
    await eventually(
      async () => (await shop.cluster.client.list(SERVICE_ACCOUNTS, { namespace: 'temp' })).items,
      (accounts) => accounts.some((account) => account.metadata.name === 'default'),
    );
    await shop.cluster.client.create(CONFIG_MAPS, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'kept', namespace: 'temp', finalizers: ['example.com/hold'] },
    });
    await shop.cluster.client.create(DEPLOYMENTS, {
      ...deployment('inner', 'v1', 2),
      metadata: { name: 'inner', namespace: 'temp' },
    });
    await shop.cluster.client.delete(NAMESPACES, { name: 'temp' });
    const held = await eventually(
      () => shop.cluster.client.get(NAMESPACES, { name: 'temp' }),
      (one) => {
        const finalizers = one.status?.conditions?.find(
          ({ type }) => type === 'NamespaceFinalizersRemaining',
        );
        return finalizers?.message?.includes('example.com/hold in 1 resource instances') ?? false;
      },
    );
    expect(held.status?.phase).to.equal('Terminating');
    await shop.cluster.client.patch(
      CONFIG_MAPS,
      { namespace: 'temp', name: 'kept' },
      { type: 'merge', body: { metadata: { finalizers: null } } },
    );
    await eventually(
      () => shop.cluster.client.get(NAMESPACES, { name: 'temp' }).catch((error) => isNotFound(error)),
      (answer) => answer === true,
    );
  });
});
