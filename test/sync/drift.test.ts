import { expect } from 'chai';
import { CONFIG_MAPS, DEPLOYMENTS } from '../../src/kube/kinds/resources.data.ts';
import { PILOTAGE_NAMESPACE, RELEASES } from '../../src/model/types.ts';
import { cm, createHarness, dataOf, deploy } from './harness.ts';

type Running = Awaited<ReturnType<typeof createHarness>>;
const key = (name: string) => ({ namespace: 'shop-dev', name });

describe('sync of what runs', () => {
  let world: Running;
  beforeEach(async () => {
    world = await createHarness();
  });
  afterEach(() => world.stop());

  describe('drift', () => {
    beforeEach(async () => {
      await world.push({ 'k8s/a.yaml': cm('a'), 'k8s/web.yaml': deploy('web', 2) });
      await world.report('web', 'healthy');
    });

    it('of a changed value is healed within two seconds', async () => {
      const object = await world.home.client.get(CONFIG_MAPS, key('a'));
      await world.home.client.update(
        CONFIG_MAPS,
        { ...object, data: { k: 'edited' } },
        { fieldManager: 'kubectl-edit' },
      );
      await world.settle(1_900);
      expect(dataOf(await world.live('ConfigMap', 'a'))).to.deep.equal({ k: 'v' });
    });

    it('of a scaled Deployment is healed, taking the field back from who changed it', async () => {
      await world.home.client.patch(
        DEPLOYMENTS,
        key('web'),
        { type: 'merge', body: { spec: { replicas: 7 } } },
        { fieldManager: 'kubectl' },
      );
      await world.settle(1_900);
      expect((await world.home.client.get(DEPLOYMENTS, key('web'))).spec.replicas).to.equal(2);
    });

    it('of a deleted object is healed', async () => {
      await world.home.client.delete(CONFIG_MAPS, key('a'));
      await world.settle(1_900);
      expect(await world.live('ConfigMap', 'a')).not.to.equal(undefined);
    });

    it('is no release', async () => {
      await world.home.client.delete(CONFIG_MAPS, key('a'));
      await world.settle(1_900);
      expect(
        (await world.home.client.list(RELEASES, { namespace: PILOTAGE_NAMESPACE })).items,
      ).to.have.length(1);
    });

    it('that comes back again and again is left alone, and its manager named', async () => {
      for (let i = 0; i < 8; i++) {
        const object = await world.home.client.get(CONFIG_MAPS, key('a'));
        await world.home.client.update(
          CONFIG_MAPS,
          { ...object, data: { k: `fight ${i}` } },
          { fieldManager: 'other-tool' },
        );
        await world.settle(400);
      }
      expect(dataOf(await world.live('ConfigMap', 'a'))).to.deep.equal({ k: 'fight 7' });
      const { status } = await world.environment();
      expect(status).to.include({ phase: 'Failed', sync: 'OutOfSync' });
      expect(status?.message).to.match(/changed again and again by another manager: .*held by other-tool/);
    });

    it("that makes the object somebody else's is OutOfSync, not taken back", async () => {
      const object = await world.home.client.get(CONFIG_MAPS, key('a'));
      const annotations = { ...object.metadata.annotations, 'pilotage.dev/tracking': 'instance-2/x/y' };
      await world.home.client.update(
        CONFIG_MAPS,
        { ...object, metadata: { ...object.metadata, annotations } },
        { fieldManager: 'other' },
      );
      await world.settle(1_900);
      const { status } = await world.environment();
      expect(status).to.include({ phase: 'Failed', sync: 'OutOfSync' });
      expect(status?.message).to.match(/it belongs to another Pilotage/);
    });

    it('of fields that are not ours is not drift', async () => {
      world.home.writes.length = 0;
      await world.home.client.patch(
        DEPLOYMENTS,
        key('web'),
        { type: 'merge', body: { spec: { minReadySeconds: 1 } } },
        { fieldManager: 'tuner' },
      );
      await world.settle(1_900);
      expect(world.home.writes.filter((write) => write.startsWith('apply'))).to.deep.equal([]);
    });
  });

  describe('a rollout', () => {
    it('waits for health, and tells it', async () => {
      await world.push({ 'k8s/web.yaml': deploy('web') });
      expect((await world.environment()).status).to.include({
        phase: 'Waiting',
        health: 'Progressing',
        sync: 'Synced',
      });
      await world.report('web', 'healthy');
      expect((await world.environment()).status).to.include({ phase: 'Idle', health: 'Healthy' });
      const release = await world.home.client.get(RELEASES, {
        namespace: PILOTAGE_NAMESPACE,
        name: 'shop.dev.1',
      });
      expect(release.status?.result).to.equal('Healthy');
    });

    it('applies a wave only when the one before is healthy', async () => {
      await world.push({
        'k8s/1.yaml': deploy('first'),
        'k8s/2.yaml': cm('second', {}, { 'pilotage.dev/wave': '1' }),
      });
      expect(await world.live('ConfigMap', 'second')).to.equal(undefined);
      expect((await world.environment()).status).to.include({ phase: 'Waiting', sync: 'OutOfSync' });
      await world.report('first', 'healthy');
      expect(await world.live('ConfigMap', 'second')).not.to.equal(undefined);
      expect((await world.environment()).status).to.include({ phase: 'Idle', sync: 'Synced' });
    });

    it('whose probe never succeeds is Degraded after its deadline, and the next commit supersedes it', async () => {
      await world.push({ 'k8s/web.yaml': deploy('web') });
      await world.report('web', 'late');
      const { status } = await world.environment();
      expect(status).to.include({ phase: 'Failed', health: 'Degraded' });
      expect(status?.message).to.match(/Deployment shop-dev\/web: ProgressDeadlineExceeded/);
      const mended = await world.push({ 'k8s/web.yaml': deploy('web', 3) });
      expect((await world.environment()).status).to.include({ deployedRevision: mended, phase: 'Waiting' });
      expect(world.said('superseded')).to.have.length(1);
      await world.report('web', 'healthy');
      expect((await world.environment()).status).to.include({ phase: 'Idle', health: 'Healthy' });
    });

    it('tells the same wait anew only after an end, and what to do about a failure', async () => {
      await world.push({ 'k8s/web.yaml': deploy('web') });
      await world.report('web', 'progressing');
      await world.report('web', 'healthy');
      await world.report('web', 'progressing');
      const waits = world.said('waiting');
      expect(waits.filter((line) => line === waits.at(-1))).to.have.length(2);
      await world.report('web', 'late');
      expect(world.said('failed').at(-1)).to.match(
        /ProgressDeadlineExceeded.*Push a correction: it supersedes this at once$/s,
      );
    });

    it('keeps what it replaces until the new is healthy', async () => {
      await world.push({ 'k8s/old.yaml': deploy('old'), 'k8s/a.yaml': cm('a') });
      await world.report('old', 'healthy');
      await world.push({ 'k8s/new.yaml': deploy('new'), 'k8s/a.yaml': cm('a') });
      expect(await world.live('Deployment', 'old')).not.to.equal(undefined);
      await world.report('new', 'healthy');
      await world.settle();
      expect(await world.live('Deployment', 'old')).to.equal(undefined);
    });

    it('has failed when it is not healthy by its deadline', async () => {
      await world.push({ 'k8s/web.yaml': deploy('web') });
      await world.settle(20 * 60_000);
      expect((await world.environment()).status?.message).to.match(/not healthy after 15 minutes/);
    });
  });
});
