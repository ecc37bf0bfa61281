import { expect } from 'chai';
import { API_SERVICES, NAMESPACES } from '../../../../src/kube/kinds/resources.data.ts';
import { isNotFound } from '../../../../src/kube/values/status.ts';
import { until } from '../../../fakes/until.ts';
import { type AggregatedWorld, startAvailable } from './world.ts';

describe('the deletion of a namespace, with an aggregated API server', () => {
  let world: AggregatedWorld;
  before(async () => {
    world = await startAvailable({ controllers: true });
  });
  after(() => world.close());

  const key = { name: 'dock' };
  const create = () =>
    world.client.create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: key });
  const isGone = () => world.client.get(NAMESPACES, key).then(() => false, isNotFound);

  it('deletes its objects there, too', async () => {
    await create();
    const before = world.requests.length;
    await world.client.delete(NAMESPACES, key);
    await until(isGone);
    expect(world.requests.slice(before).map(({ method, url }) => `${method} ${url}`)).to.include.members([
      'DELETE /apis/sea.example.com/v1/namespaces/dock/ships',
      'GET /apis/sea.example.com/v1/namespaces/dock/ships?limit=500',
    ]);
  });

  it('waits for a server that is dead, says so, and ends once nobody expects that server any more', async () => {
    await create();
    await world.client.patch(
      API_SERVICES,
      { name: 'v1.sea.example.com' },
      { type: 'merge', body: { spec: { service: { name: 'nobody' } } } },
    );
    await world.available('ServiceNotFound');
    await world.client.delete(NAMESPACES, key);
    const conditionOf = async () => {
      const { status } = await world.client.get(NAMESPACES, key);
      return status?.conditions?.find(({ type }) => type === 'NamespaceDeletionDiscoveryFailure');
    };
    await until(async () => (await conditionOf())?.status === 'True');
    expect((await conditionOf())?.message).to.contain('stale GroupVersion discovery: sea.example.com/v1');
    await world.client.delete(API_SERVICES, { name: 'v1.sea.example.com' });
    await until(isGone);
  });
});
