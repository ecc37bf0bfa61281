import { expect } from 'chai';
import type { KubeClient } from '../../../src/kube/client/client.ts';
import { CONFIG_MAPS } from '../../../src/kube/kinds/resources.data.ts';
import { ensure, KEEP } from '../../../src/orchestrator/api/ensure.ts';
import type { FakeClock } from '../../fakes/clock.ts';
import { startTestApi, type TestApi } from './harness.ts';
import { configMap, refusal } from './notation.ts';

describe('an object of the server itself', () => {
  let plane: TestApi<FakeClock>;
  let client: KubeClient;
  beforeEach(async () => {
    plane = await startTestApi();
    client = plane.client();
  });
  afterEach(() => plane.dispose());

  const wanted = configMap('own', { a: '1' });
  const keep = (as: KubeClient) =>
    ensure(as, { resource: CONFIG_MAPS, wanted, reconcile: () => KEEP, fieldManager: 'kube-apiserver' });

  it('is looked at again where somebody else was first', async () => {
    let isFirst = true;
    const late: KubeClient = {
      ...client,
      create: async (resource, object, options) => {
        if (isFirst) await client.create(CONFIG_MAPS, configMap('own', { a: 'theirs' }));
        isFirst = false;
        return client.create(resource, object, options);
      },
    };
    expect((await keep(late)).data).to.deep.equal({ a: 'theirs' });
  });

  it('is given up where somebody is always first', async () => {
    await client.create(CONFIG_MAPS, wanted);
    const blind: KubeClient = {
      ...client,
      get: (resource) => client.get(resource, { namespace: 'default', name: 'none' }),
    };
    expect(await refusal(keep(blind))).to.contain('AlreadyExists: configmaps "own" already exists');
  });
});
