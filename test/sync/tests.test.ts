import { expect } from 'chai';
import type { Job } from '../../src/kube/kinds/objects.data.ts';
import { JOBS } from '../../src/kube/kinds/resources.data.ts';
import { notFoundAsUndefined } from '../../src/kube/values/status.ts';
import { ENVIRONMENTS, PILOTAGE_NAMESPACE } from '../../src/model/types.ts';
import { changeStatus } from '../../src/sync/state/status.ts';
import { cm, createHarness } from './harness.ts';

const job = (name: string, hook = 'test'): string =>
  JSON.stringify({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name, annotations: { 'helm.sh/hook': hook } },
    spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'host' }] } } },
  });

const FILE = (tests: string) => `apiVersion: pilotage.dev/v1alpha1
kind: Delivery
metadata: {name: shop}
spec:
  environments:
    - {name: dev, branch: main}
    - {name: prod, branch: prod, promotion: {from: dev, gates: {tests: ${tests}}}}
`;

describe('tests that gates ask for', () => {
  let world: Awaited<ReturnType<typeof createHarness>>;
  beforeEach(async () => {
    world = await createHarness();
  });
  afterEach(() => world.stop());

  const files = (value: string, tests = '[smoke]') => ({
    'pilotage.yaml': FILE(tests),
    'k8s/a.yaml': cm('a', { k: value }),
    'k8s/smoke.yaml': job('smoke'),
  });
  const found = (name = 'smoke'): Promise<Job | undefined> =>
    world.home.client.get(JOBS, { namespace: 'shop-dev', name }).catch(notFoundAsUndefined);
  const made = (): number => world.home.writes.filter((write) => write === 'apply Job shop-dev/smoke').length;
  const runs = async () => (await world.environment()).status?.tests ?? [];
  const states = async () => (await runs()).map(({ name, attempt, state }) => `${name} ${attempt} ${state}`);

  /** Plays the Job controller. */
  async function ends(type: 'Complete' | 'Failed'): Promise<void> {
    const live = await found();
    if (live === undefined) throw new Error('there is no Job');
    const conditions = [{ type, status: 'True', reason: type, message: 'out of luck' }];
    const options = { subresource: 'status', fieldManager: 'kube-controller-manager' } as const;
    await world.home.client.update(JOBS, { ...live, status: { ...live.status, conditions } } as Job, options);
    await world.settle(3_000);
  }

  /** Lets time pass until it is so. */
  const eventually = (ms: number, isSo: () => Promise<boolean>) =>
    world.until(async () => {
      await world.settle(ms);
      return isSo();
    });
  const begun = () => eventually(500, async () => made() > 0);

  it('run once in the source for what is deployed there, and are no part of what is deployed', async () => {
    const revision = await world.push(files('one'));
    await begun();
    expect(await states()).to.deep.equal(['smoke 1 Running']);
    await ends('Complete');
    expect((await runs())[0]).to.include({ state: 'Passed', revision, kind: 'Job', namespace: 'shop-dev' });
    await world.settle(60_000);
    expect(made()).to.equal(1);
    expect((await world.environment()).status).to.include({ sync: 'Synced', health: 'Healthy' });
    expect((await world.environment()).status?.inventory?.map(({ name }) => name)).not.to.include('smoke');
  });

  it('run anew for another revision, which replaces the object of the one before', async () => {
    await world.push(files('one'));
    await begun();
    await ends('Failed');
    expect((await runs())[0]).to.include({ state: 'Failed' });
    expect((await runs())[0]?.message).to.contain('out of luck');
    const second = await world.push(files('two'));
    await eventually(3_000, async () => made() === 2);
    await ends('Complete');
    expect((await runs()).map(({ state }) => state)).to.deep.equal(['Failed', 'Passed']);
    expect((await runs())[1]?.revision).to.equal(second);
  });

  it('that failed run once more when a person asks, and not again after that', async () => {
    const revision = await world.push(files('one'));
    await begun();
    await ends('Failed');
    const retest = { revision, by: 'ann', at: new Date(world.clock.now()).toISOString() };
    await world.home.client.patch(
      ENVIRONMENTS,
      { namespace: PILOTAGE_NAMESPACE, name: 'shop.dev' },
      { type: 'merge', body: { spec: { retest } } },
      { fieldManager: 'pilotage' },
    );
    await eventually(3_000, async () => made() === 2);
    await ends('Failed');
    await world.settle(60_000);
    expect(await states()).to.deep.equal(['smoke 1 Failed', 'smoke 2 Failed']);
    expect(made()).to.equal(2);
  });

  it('that were written down before the daemon was killed are begun then, and one that was made is found again', async () => {
    await world.push(files('one'));
    await begun();
    const [run] = await runs();
    const { home } = world;
    const options = { home: home.client, clock: world.clock };
    // Killed before the answer to the write was recorded: the object is there.
    const { uid: _uid, ...starting } = { ...run, state: 'Starting' as const };
    await changeStatus(options, 'shop.dev', (status) => ({ ...status, tests: [starting as never] }));
    await world.settle(5_000);
    expect(await states()).to.deep.equal(['smoke 1 Running']);
    expect(made()).to.equal(1);
    // Killed before the write: it is not.
    await home.client.delete(JOBS, { namespace: 'shop-dev', name: 'smoke' });
    await changeStatus(options, 'shop.dev', (status) => ({ ...status, tests: [starting as never] }));
    await eventually(3_000, async () => made() === 2);
    expect(await states()).to.deep.equal(['smoke 1 Running']);
  });

  it('that the source does not have are named, with those that it has', async () => {
    await world.push(files('one', '[load]'));
    await eventually(500, async () => (await runs()).length > 0);
    expect((await runs())[0]).to.include({ name: 'load', state: 'Missing' });
    expect((await runs())[0]?.message)
      .to.contain('mark no Job or Pod load as a test')
      .and.contain('it has smoke');
  });

  it('are not run in an environment behind a promotion by a push elsewhere that names it as a source, until it has come there too', async () => {
    const evil = '    - {name: evil, branch: evil, promotion: {from: prod, gates: {tests: [smoke]}}}\n';
    const before = files('one', '[]');
    const inProd = () => world.home.writes.filter((write) => write === 'apply Job shop-prod/smoke').length;
    const asks = { ...before, 'pilotage.yaml': FILE('[]') + evil };
    await world.push(before);
    await world.push(before, 'prod');
    await eventually(500, async () => (await world.environment('prod')).status?.health === 'Healthy');
    await world.push(asks);
    await world.settle(60_000);
    expect((await world.environment('evil')).status?.promotionPolicy?.from).to.equal('prod');
    expect(inProd()).to.equal(0);
    await world.push(asks, 'prod');
    await eventually(3_000, async () => inProd() === 1);
  });

  it('leave an object alone that Pilotage did not make', async () => {
    await world.push(files('one', '[]'));
    const live = JSON.parse(job('smoke'));
    await world.home.client.create(JOBS, { ...live, metadata: { name: 'smoke', namespace: 'shop-dev' } });
    await world.push(files('two'));
    await eventually(500, async () => (await runs()).length > 0);
    expect((await runs())[0]).to.include({ state: 'Failed' });
    expect((await runs())[0]?.message).to.contain('was not made by Pilotage');
    expect(made()).to.equal(0);
  });
});
