import { expect } from 'chai';
import type { KubeClient } from '../../../src/kube/client/client.ts';
import { CONFIG_MAPS } from '../../../src/kube/kinds/resources.data.ts';
import { ensure, KEEP } from '../../../src/orchestrator/api/ensure.ts';
import { configMap, refusal } from './notation.ts';
import { useTestApi } from './suite.ts';

describe('an object of the server itself', () => {
  const cluster = useTestApi();

  const wanted = configMap('own', { a: '1' });
  const keep = (as: KubeClient) =>
    ensure(as, { resource: CONFIG_MAPS, wanted, reconcile: () => KEEP, fieldManager: 'kube-apiserver' });

  it('is looked at again where somebody else was first', async () => {
    let isFirst = true;
    const late: KubeClient = {
      ...cluster.client,
      create: async (resource, object, options) => {
        if (isFirst) await cluster.client.create(CONFIG_MAPS, configMap('own', { a: 'theirs' }));
        isFirst = false;
        return cluster.client.create(resource, object, options);
      },
    };
    expect((await keep(late)).data).to.deep.equal({ a: 'theirs' });
  });

  it('is given up where somebody is always first', async () => {
    await cluster.client.create(CONFIG_MAPS, wanted);
    const blind: KubeClient = {
      ...cluster.client,
      get: (resource) => cluster.client.get(resource, { namespace: 'default', name: 'none' }),
    };
    expect(await refusal(keep(blind))).to.contain('AlreadyExists: configmaps "own" already exists');
  });
});
