import { expect } from 'chai';
import { CONFIG_MAPS } from '../../../../src/kube/kinds/resources.data.ts';
import { ADMINS } from '../../../../src/orchestrator/api/auth/authorizer.ts';
import { pauses } from '../../../../src/orchestrator/api/verbs/pauses.ts';
import { FakeClock } from '../../../fakes/clock.ts';
import { startTestApi, type TestApi } from '../harness.ts';
import { configMap } from '../notation.ts';

const user = { name: 'ada', groups: [ADMINS] };
const key = { namespace: 'default', name: 'a' };

describe('a large write', () => {
  let api: TestApi<FakeClock>;
  before(async () => {
    api = await startTestApi();
    await api.client().create(CONFIG_MAPS, configMap('a', { first: '1' }));
  });
  after(() => api.dispose());

  it('lets others write between its steps, is decided again on what they wrote, and loses nothing', async () => {
    const resource = api.api.kinds.find('', 'v1', 'configmaps');
    if (!resource) throw new Error('ConfigMaps are not served');
    let pauses = 0;
    const pause = async () => {
      pauses += 1;
      const body = { data: { second: '2' } };
      if (pauses === 1) await api.client().patch(CONFIG_MAPS, key, { type: 'merge', body });
    };
    const patch = { type: 'merge', body: { data: { third: '3' } } } as const;
    const { stored } = await api.api.patch({ ...key, resource, user, patch, pause });
    expect(stored.object.data).to.deep.equal({ first: '1', second: '2', third: '3' });
    expect(pauses).to.be.above(3);
  });

  it('gives way after ten milliseconds, not before, and a dozen times at most', async () => {
    const clock = new FakeClock();
    const pause = pauses(clock);
    await clock.advance(9);
    expect(pause()).to.equal(undefined);
    for (let turn = 0; turn < 12; turn++) {
      await clock.advance(10);
      expect(pause(), `turn ${turn}`).to.be.an.instanceOf(Promise);
      await new Promise(setImmediate);
    }
    await clock.advance(10);
    expect(pause()).to.equal(undefined);
  });
});
