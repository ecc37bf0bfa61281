import { CONFIG_MAPS } from '../../src/kube/kinds/resources.data.ts';
import { notFoundAsUndefined } from '../../src/kube/values/status.ts';
import { eventually, type Pilotage, withApi } from '../e2e/harness.ts';
import type { Attack } from './attack.ts';

/** Two ConfigMaps of `default` that own and block each other; the named ones are deleted, then it waits until both are gone. */
async function circle(target: Pilotage, prefix: string, deleted: readonly string[]): Promise<string> {
  const [first = '', second = ''] = ['a', 'b'].map((name) => `${prefix}-${name}`);
  return withApi(target.ready.kubeconfig, async (client) => {
    const key = (name: string) => ({ namespace: 'default', name });
    const uids = new Map<string, string>();
    for (const name of [first, second]) {
      const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: key(name) };
      const made = await client.create(CONFIG_MAPS, body, { namespace: 'default' });
      uids.set(name, made.metadata.uid ?? '');
    }
    for (const [name, owner] of [
      [first, second],
      [second, first],
    ] as const) {
      const uid = uids.get(owner) ?? '';
      const reference = {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        name: owner,
        uid,
        blockOwnerDeletion: true,
      };
      const body = { metadata: { ownerReferences: [reference] } };
      await client.patch(CONFIG_MAPS, key(name), { type: 'merge', body });
    }
    await Promise.all(
      deleted.map((name) =>
        client
          .delete(CONFIG_MAPS, key(`${prefix}-${name}`), { propagationPolicy: 'Foreground' })
          // The first deletion may have taken it along already.
          .catch(notFoundAsUndefined),
      ),
    );
    await eventually('both are gone', async () => {
      const { items } = await client.list(CONFIG_MAPS, { namespace: 'default' });
      return items.every(({ metadata: { name } }) => !uids.has(name ?? ''));
    });
    return 'both are deleted';
  });
}

export const attacks: readonly Attack[] = [
  {
    input: 'two ConfigMaps that own and block each other, one deleted in the foreground',
    run: (target) => circle(target, 'one', ['a']),
  },
  {
    input: 'two ConfigMaps that own and block each other, both deleted in the foreground at once',
    run: (target) => circle(target, 'two', ['a', 'b']),
  },
];
