import { expect } from 'chai';
import { ENVIRONMENTS, PILOTAGE_NAMESPACE, RELEASES } from '../../src/model/types.ts';
import { rollback } from '../../src/sync/history/rollback.ts';
import { changeSpec, unpin } from '../../src/sync/state/pin.ts';
import { cm, createFakeRepository, createHarness, dataOf, deploy } from './harness.ts';

type Running = Awaited<ReturnType<typeof createHarness>>;

describe('sync', () => {
  let world: Running;
  beforeEach(async () => {
    world = await createHarness();
  });
  afterEach(() => world.stop());

  describe('rollback', () => {
    it('applies what an older release rendered, pins it, and needs no git', async () => {
      const first = await world.push({ 'k8s/a.yaml': cm('a', { k: 'old' }) });
      const second = await world.push({ 'k8s/a.yaml': cm('a', { k: 'new' }) });
      world.git.broken = true;
      const back = await rollback(world.home.client, 'shop.dev', { now: world.clock.now(), by: 'ada' });
      expect(back.ok && back.value.release.spec.number).to.equal(1);
      await world.settle();
      expect(dataOf(await world.live('ConfigMap', 'a'))).to.deep.equal({ k: 'old' });
      expect((await world.environment()).status).to.include({
        phase: 'Pinned',
        deployedRevision: first,
        release: 3,
        sync: 'Synced',
      });
      world.git.broken = false;
      await unpin(world.home.client, 'shop.dev');
      await world.settle();
      expect((await world.environment()).status).to.include({ phase: 'Idle', deployedRevision: second });
    });

    it('of a first release says that there is nothing to go back to', async () => {
      await world.push({ 'k8s/a.yaml': cm('a') });
      const back = await rollback(world.home.client, 'shop.dev', { now: 0 });
      expect(back.ok).to.equal(false);
    });
  });

  it('leaves a suspended environment alone', async () => {
    await world.push({ 'k8s/a.yaml': cm('a') });
    await changeSpec(world.home.client, 'shop.dev', { suspended: true });
    await world.push({ 'k8s/a.yaml': cm('a', { k: 'new' }) });
    expect((await world.environment()).status?.phase).to.equal('Suspended');
    expect(dataOf(await world.live('ConfigMap', 'a'))).to.deep.equal({ k: 'v' });
    await changeSpec(world.home.client, 'shop.dev', { suspended: null });
    await world.settle();
    expect(dataOf(await world.live('ConfigMap', 'a'))).to.deep.equal({ k: 'new' });
  });

  it('keeps the last twenty releases', async () => {
    for (let i = 0; i < 24; i++) await world.push({ 'k8s/a.yaml': cm('a', { k: String(i) }) });
    const { items } = await world.home.client.list(RELEASES, { namespace: PILOTAGE_NAMESPACE });
    expect(items.map(({ spec }) => spec.number).sort((a, b) => a - b)[0]).to.equal(5);
    expect(items).to.have.length(20);
  });

  it('goes on where it was when the daemon starts again', async () => {
    await world.push({ 'k8s/web.yaml': deploy('web') });
    await world.stop();
    world = await createHarness({ home: world.home, git: world.git });
    world.home.writes.length = 0;
    await world.report('web', 'healthy');
    expect((await world.environment()).status).to.include({ phase: 'Idle', health: 'Healthy', release: 1 });
    const release = await world.home.client.get(RELEASES, {
      namespace: PILOTAGE_NAMESPACE,
      name: 'shop.dev.1',
    });
    expect(release.status?.result).to.equal('Healthy');
    expect(world.home.writes.filter((write) => write.startsWith('apply Deployment'))).to.deep.equal([]);
  });

  it('shows what a working copy would change, and changes nothing', async () => {
    await world.push({ 'k8s/a.yaml': cm('a') });
    const other = createFakeRepository();
    const oid = other.commit('main', { 'k8s/a.yaml': cm('a', { k: 'new' }), 'k8s/b.yaml': cm('b') });
    const plan = await world.sync.plan('shop', 'dev', { tree: await other.repository.tree(oid) });
    if (!plan.ok) throw new Error(plan.problems[0].message);
    expect(plan.value.summary).to.deep.equal({ update: 1, create: 1 });
    expect(plan.value.steps[0]?.diff).to.deep.equal(['~ data.k: v → new']);
    expect(dataOf(await world.live('ConfigMap', 'a'))).to.deep.equal({ k: 'v' });
  });

  it('delivers two environments side by side from one branch each', async () => {
    await world.push({ 'k8s/a.yaml': cm('a', { k: '${environment}' }) });
    await world.push({ 'k8s/a.yaml': cm('a', { k: '${environment}' }) }, 'prod');
    expect(dataOf(await world.live('ConfigMap', 'a', 'shop-prod'))).to.deep.equal({ k: 'prod' });
    expect(dataOf(await world.live('ConfigMap', 'a'))).to.deep.equal({ k: 'dev' });
    const { items } = await world.home.client.list(ENVIRONMENTS, { namespace: PILOTAGE_NAMESPACE });
    expect(items.map(({ spec }) => spec.environment)).to.deep.equal(['dev', 'prod']);
  });
});
