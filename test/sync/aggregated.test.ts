import { expect } from 'chai';
import { systemClock } from '../../src/base/clock.ts';
import { API_SERVICES } from '../../src/kube/kinds/resources.data.ts';
import { deepEqual } from '../../src/kube/values/equal.ts';
import { notFoundAsUndefined } from '../../src/kube/values/status.ts';
import { type Fleet, SHIP, startFleet } from '../orchestrator/api/aggregation/fleet.ts';
import { cm, createHarness } from './harness.ts';

/** With controllers, as the product has it: sync acts as its worker, and writes as the environment. */
describe('sync with an aggregated API server', () => {
  let fleet: Fleet;
  let world: Awaited<ReturnType<typeof createHarness>>;
  before(async () => {
    fleet = await startFleet('shop-dev');
    const client = fleet.server.controlPlane.workerClient('system:pilotage:sync');
    world = await createHarness({ client, clock: systemClock });
  });
  after(async () => {
    await world?.stop();
    await fleet?.close();
  });

  const ship = (masts: number) =>
    JSON.stringify({
      apiVersion: 'sea.example.com/v1',
      kind: 'Ship',
      metadata: { name: 'ark' },
      spec: { masts },
    });
  const status = async () => (await world.environment()).status;
  const live = () =>
    fleet.client.get(SHIP, { namespace: 'shop-dev', name: 'ark' }).catch(notFoundAsUndefined);
  const deployed = (revision: string) =>
    world.until(async () => (await status())?.deployedRevision === revision);

  it('delivers a kind that it serves as the environment, and the plan is empty afterwards', async () => {
    await deployed(await world.push({ 'k8s/ship.yaml': ship(2), 'k8s/a.yaml': cm('a') }));
    expect((await live())?.spec).to.deep.equal({ masts: 2 });
    const writer = fleet.requests.findLast(({ method }) => method === 'PATCH')?.headers['x-remote-user'];
    expect(writer).to.equal('system:pilotage:environment:shop:dev');
    const plan = await world.sync.plan('shop', 'dev');
    expect(plan.ok && plan.value.summary).to.deep.equal({ unchanged: 2 });
  });

  it('heals what is changed there', async () => {
    const key = { namespace: 'shop-dev', name: 'ark' };
    await fleet.client.patch(SHIP, key, { type: 'merge', body: { spec: { masts: 9 } } });
    await world.until(async () => deepEqual((await live())?.spec, { masts: 2 }));
  });

  it('loses nothing while that server is dead, and goes on once it is back', async () => {
    const lead = (name: string) =>
      fleet.client.patch(
        API_SERVICES,
        { name: 'v1.sea.example.com' },
        { type: 'merge', body: { spec: { service: { name } } } },
      );
    await lead('nobody');
    await fleet.available('ServiceNotFound');
    const revision = await world.push({ 'k8s/ship.yaml': ship(3), 'k8s/a.yaml': cm('a') });
    await world.until(async () =>
      /API server of sea.example.com.v1 is not available/.test((await status())?.message ?? ''),
    );
    expect((await status())?.inventory?.map(({ kind }) => kind)).to.have.members(['ConfigMap', 'Ship']);
    await lead('fleet');
    await deployed(revision);
    expect((await live())?.spec).to.deep.equal({ masts: 3 });
  });

  it('prunes what a commit removes', async () => {
    await deployed(await world.push({ 'k8s/a.yaml': cm('a') }));
    await world.until(async () => (await live()) === undefined);
  });
});
