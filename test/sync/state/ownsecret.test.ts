import { expect } from 'chai';
import type { KubeClient } from '../../../src/kube/client/client.ts';
import { SECRETS } from '../../../src/kube/kinds/resources.data.ts';
import type { JsonObject } from '../../../src/kube/values/types.ts';
import { PILOTAGE_NAMESPACE } from '../../../src/model/types.ts';
import { install } from '../../../src/sync/cluster/install.ts';
import { keepSecret, readSecret } from '../../../src/sync/state/ownsecret.ts';
import type { FakeClock } from '../../fakes/clock.ts';
import { startTestApi, type TestApi } from '../../orchestrator/api/harness.ts';

describe("a Secret of Pilotage's own", () => {
  let api: TestApi<FakeClock>;
  let home: KubeClient;
  beforeEach(async () => {
    api = await startTestApi();
    home = api.client();
    await install(home, api.clock, new AbortController().signal);
  });
  afterEach(() => api.dispose());

  it('holds what was given last, and nothing of what was given before', async () => {
    await keepSecret(home, { name: 'forge-shop', data: { token: 't', url: 'https://git.example.com' } });
    await keepSecret(home, { name: 'forge-shop', data: { appId: '1', url: 'https://git.example.com' } });
    expect(await readSecret(home, 'forge-shop')).to.deep.equal({
      appId: '1',
      url: 'https://git.example.com',
    });
  });

  it('is written as data, for another server follows stringData apart and would keep what was left out', async () => {
    const applied: JsonObject[] = [];
    const recording: KubeClient = Object.create(home, {
      apply: {
        value: (resource: never, object: JsonObject, options: never) => {
          applied.push(object);
          return home.apply(resource, object as never, options);
        },
      },
    });
    await keepSecret(recording, { name: 'forge-shop', data: { token: 'grün' } });
    expect(applied[0]).to.have.property('data').that.deep.equals({ token: 'Z3LDvG4=' });
    expect(applied[0]).not.to.have.property('stringData');
    expect(await readSecret(home, 'forge-shop')).to.deep.equal({ token: 'grün' });
  });

  it('has the type and the owner of its values that are asked for, and is undefined where there is none', async () => {
    await keepSecret(home, {
      name: 'delivery-shop',
      data: { username: 'git', password: 'hush' },
      type: 'kubernetes.io/basic-auth',
      fieldManager: 'pilotage-connect',
    });
    const key = { namespace: PILOTAGE_NAMESPACE, name: 'delivery-shop' };
    const stored = await home.get(SECRETS, key);
    expect(stored.type).to.equal('kubernetes.io/basic-auth');
    expect(stored.metadata.managedFields?.map(({ manager }) => manager)).to.deep.equal(['pilotage-connect']);
    expect(await readSecret(home, 'absent')).to.equal(undefined);
  });
});
