import { expect } from 'chai';
import { statusError } from '../../src/kube/values/status.ts';
import { DELIVERIES, PILOTAGE_NAMESPACE } from '../../src/model/types.ts';
import { cm, createHarness, deploy } from './harness.ts';

type Running = Awaited<ReturnType<typeof createHarness>>;

describe('sync of what goes away', () => {
  let world: Running;
  beforeEach(async () => {
    world = await createHarness();
  });
  afterEach(() => world.stop());

  describe('what vanished', () => {
    it('freezes with its reason, and what runs stays', async () => {
      await world.push({ 'k8s/a.yaml': cm('a') });
      await world.push({ 'k8s/a.yaml': cm('a') }, 'prod');
      expect((await world.environment('prod')).status).to.include({ phase: 'Idle', sync: 'Synced' });
      delete world.git.branches.prod;
      await world.observe();
      const { status } = await world.environment('prod');
      expect(status).to.include({
        phase: 'Frozen',
        message:
          'branch prod does not exist any more; what is deployed stays. Push it again, or promote from dev: that brings it back from where it was',
      });
      expect(await world.live('ConfigMap', 'a', 'shop-prod')).not.to.equal(undefined);
    });

    it('names the line of a pilotage.yaml that cannot be read also where no environment is known yet', async () => {
      await world.push({ 'pilotage.yaml': 'kind: Delivery\nspec: {bogus: 1}\n', 'k8s/a.yaml': cm('a') });
      expect(world.said('failed')[0]).to.match(/pilotage\.yaml:2: spec\.bogus: is not a known field/);
    });

    it('takes in gates that are written while the branch they lead to does not exist, and keeps them while the file is broken', async () => {
      const fileWith = (gates: string) =>
        `apiVersion: pilotage.dev/v1alpha1\nkind: Delivery\nmetadata: {name: shop}\nspec:\n  environments:\n    - {name: dev, branch: main}\n    - {name: prod, branch: prod, promotion: {from: dev, gates: ${gates}}}\n  apps: [{name: app, path: k8s}]\n`;
      const gates = async () => (await world.environment('prod')).status?.promotionPolicy?.gates;
      await world.push({ 'pilotage.yaml': fileWith('{}'), 'k8s/a.yaml': cm('a') });
      expect(await gates()).to.deep.equal({});
      await world.push({ 'pilotage.yaml': fileWith('{approvals: 2}'), 'k8s/a.yaml': cm('a') });
      expect(await gates()).to.deep.equal({ approvals: 2 });
      await world.push({ 'pilotage.yaml': 'apiVersion: [', 'k8s/a.yaml': cm('a') });
      expect(await gates()).to.deep.equal({ approvals: 2 });
    });

    it('thaws when it is back', async () => {
      await world.push({ 'k8s/a.yaml': cm('a') });
      const tip = await world.push({ 'k8s/a.yaml': cm('a') }, 'prod');
      delete world.git.branches.prod;
      await world.observe();
      world.git.branches.prod = tip;
      await world.observe();
      expect((await world.environment('prod')).status).to.include({ phase: 'Idle', sync: 'Synced' });
    });

    it('freezes when an invalid pilotage.yaml is pushed, naming the line', async () => {
      await world.push({ 'k8s/a.yaml': cm('a') });
      await world.push({ 'pilotage.yaml': 'kind: Delivery\nspec: {bogus: 1}\n', 'k8s/a.yaml': cm('a') });
      const { status } = await world.environment();
      expect(status?.phase).to.equal('Frozen');
      expect(status?.message).to.match(/pilotage\.yaml:2: spec\.bogus: is not a known field/);
    });
  });

  describe('the end of an environment', () => {
    const gone = async () => expect(await world.environment().catch(() => 'gone')).to.equal('gone');
    const pushed = () => world.push({ 'k8s/a.yaml': cm('a'), 'k8s/web.yaml': deploy('web') });

    it('leaves what it delivered, which its successor of the same name goes on with', async () => {
      await pushed();
      const before = await world.live('ConfigMap', 'a');
      await world.sync.delete(await world.environment(), 'orphan');
      await world.settle(2_000);
      await gone();
      expect((await world.live('ConfigMap', 'a'))?.metadata.uid).to.equal(before?.metadata.uid);
      await pushed();
      await world.report('web', 'healthy');
      const { status } = await world.environment();
      expect(status).to.include({ sync: 'Synced', health: 'Healthy' });
      expect(status?.inventory).to.have.length(2);
    });

    it('takes along what it delivered, but what its annotation keeps', async () => {
      const keep = { 'pilotage.dev/prune': 'keep' };
      await world.push({ 'k8s/a.yaml': cm('a'), 'k8s/kept.yaml': cm('kept', {}, keep) });
      await world.sync.delete(await world.environment(), 'prune');
      await world.settle(2_000);
      await gone();
      expect(await world.live('ConfigMap', 'a')).to.equal(undefined);
      expect(await world.live('ConfigMap', 'kept')).not.to.equal(undefined);
    });

    it('says what refuses to go, and tries again until it goes', async () => {
      await pushed();
      world.home.refuse = (write) =>
        write === 'delete ConfigMap shop-dev/a' ? statusError('Forbidden', 'a webhook says no') : undefined;
      await world.sync.delete(await world.environment(), 'prune');
      await world.settle();
      const { status } = await world.environment();
      expect(status?.phase).to.equal('Failed');
      expect(status?.message).to.contain('ConfigMap shop-dev/a: a webhook says no');
      world.home.refuse = () => undefined;
      await world.settle(60_000);
      await gone();
      expect(await world.live('Deployment', 'web')).to.equal(undefined);
    });

    it('ends the pass that is under way', async () => {
      await pushed();
      let release = (): void => {};
      const reached = new Promise<void>((resolve) => {
        world.home.beforeWrite = async (write) => {
          if (write !== 'apply ConfigMap shop-dev/b') return;
          resolve();
          await new Promise<void>((go) => {
            release = go;
          });
        };
      });
      world.git.commit('main', { 'k8s/b.yaml': cm('b'), 'k8s/c.yaml': deploy('c') });
      await world.sync.observed('shop', { ...world.git.branches }, 'main', 'push');
      await Promise.race([reached, world.settle(1_000)]);
      await world.sync.delete(await world.environment(), 'prune');
      release();
      await world.settle(2_000);
      await gone();
      expect(await world.live('Deployment', 'c')).to.equal(undefined);
      expect(await world.live('ConfigMap', 'b')).to.equal(undefined);
    });

    it('comes although somebody deleted its Delivery first', async () => {
      await pushed();
      await world.home.client.delete(DELIVERIES, { namespace: PILOTAGE_NAMESPACE, name: 'shop' });
      await world.sync.delete(await world.environment(), 'orphan');
      await world.settle(2_000);
      await gone();
    });
  });
});
