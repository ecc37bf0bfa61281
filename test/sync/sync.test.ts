import { expect } from 'chai';
import { failed, ok } from '../../src/base/errors.ts';
import { CONFIG_MAPS, DEPLOYMENTS } from '../../src/kube/kinds/resources.data.ts';
import { statusError } from '../../src/kube/values/status.ts';
import { DELIVERIES, ENVIRONMENTS, PILOTAGE_NAMESPACE, RELEASES } from '../../src/model/types.ts';
import { rollback } from '../../src/sync/history/rollback.ts';
import { changeSpec, unpin } from '../../src/sync/state/pin.ts';
import { built, cm, createFakeRepository, createHarness, dataOf, deploy } from './harness.ts';

type Running = Awaited<ReturnType<typeof createHarness>>;
const key = (name: string) => ({ namespace: 'shop-dev', name });

describe('sync', () => {
  let world: Running;
  beforeEach(async () => {
    world = await createHarness();
  });
  afterEach(() => world.stop());

  /** The plan that `diff` would print, as actions. */
  const planned = async (): Promise<Record<string, number>> => {
    const plan = await world.sync.plan('shop', 'dev');
    if (!plan.ok) throw new Error(plan.problems[0].message);
    return { ...plan.value.summary };
  };

  describe('a first push', () => {
    it('makes a delivery and its environment, and applies it', async () => {
      const revision = await world.push({ 'k8s/a.yaml': cm('a') });
      expect(dataOf(await world.live('ConfigMap', 'a'))).to.deep.equal({ k: 'v' });
      expect((await world.environment()).status).to.deep.include({
        wantedRevision: revision,
        deployedRevision: revision,
        sync: 'Synced',
        phase: 'Idle',
        health: 'Healthy',
        release: 1,
      });
      const stages = world.events.map(({ stage }) => stage);
      expect(stages).to.deep.equal(['received', 'rendered', 'planned', 'applied', 'healthy']);
    });

    it('of nothing deliverable makes no delivery, and says what is missing', async () => {
      await world.push({ 'README.md': 'hello' });
      expect(world.said('held')[0]).to.match(
        /holds nothing to deliver: no pilotage.yaml, no chart, no manifests/,
      );
    });

    it('leaves nothing to do: the plan after an apply is empty', async () => {
      await world.push({ 'k8s/a.yaml': cm('a'), 'k8s/b.yaml': deploy('web') });
      expect(await planned()).to.deep.equal({ unchanged: 2 });
    });

    it('marks what it applies: whose it is, and of which revision', async () => {
      const revision = await world.push({ 'k8s/a.yaml': cm('a') });
      const { annotations, labels } = (await world.live('ConfigMap', 'a'))?.metadata ?? {};
      expect(annotations).to.include({
        'pilotage.dev/tracking': 'instance-1/shop/dev/shop',
        'pilotage.dev/revision': revision,
      });
      expect(labels).to.include({ 'pilotage.dev/delivery': 'shop', 'pilotage.dev/environment': 'dev' });
    });

    it('records the wanted revision and the inventory before it writes the first object', async () => {
      let seen: unknown;
      world.home.beforeWrite = async (write) => {
        if (write === 'apply ConfigMap shop-dev/a')
          seen = (await world.environment()).status?.inventory?.length;
      };
      await world.push({ 'k8s/a.yaml': cm('a') });
      expect(seen).to.equal(1);
    });
  });

  describe('a further commit', () => {
    it('writes only what changed', async () => {
      await world.push({ 'k8s/a.yaml': cm('a'), 'k8s/b.yaml': cm('b') });
      world.home.writes.length = 0;
      await world.push({ 'k8s/a.yaml': cm('a', { k: 'new' }), 'k8s/b.yaml': cm('b') });
      expect(world.home.writes.filter((write) => write.includes('ConfigMap'))).to.deep.equal([
        'apply ConfigMap shop-dev/a',
      ]);
      expect(world.said('planned').at(-1)).to.equal('plan +0 ~1 -0');
    });

    it('that changes no object is a release all the same, and writes none', async () => {
      await world.push({ 'k8s/a.yaml': cm('a') });
      world.home.writes.length = 0;
      const revision = await world.push({ 'k8s/a.yaml': `# the same\n${cm('a')}` });
      expect(world.home.writes.filter((write) => write.includes('ConfigMap'))).to.deep.equal([]);
      expect((await world.environment()).status).to.include({
        deployedRevision: revision,
        release: 2,
        observation: 2,
      });
    });

    it('prunes what it removes, and forgets it when it is gone', async () => {
      await world.push({ 'k8s/a.yaml': cm('a'), 'k8s/b.yaml': cm('b') });
      await world.push({ 'k8s/a.yaml': cm('a') });
      await world.settle();
      expect(await world.live('ConfigMap', 'b')).to.equal(undefined);
      expect((await world.environment()).status?.inventory?.map(({ name }) => name)).to.deep.equal(['a']);
    });

    it('does not supersede a rollout that has come to its end', async () => {
      await world.push({ 'k8s/web.yaml': deploy('web') });
      await world.report('web', 'healthy');
      await world.push({ 'k8s/web.yaml': deploy('web', 3) });
      expect(world.said('superseded')).to.deep.equal([]);
    });

    it('of which one object is refused changes none, and says so', async () => {
      await world.push({ 'k8s/a.yaml': cm('a') });
      await world.home.client.create(CONFIG_MAPS, {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: key('theirs'),
        data: { k: 'theirs' },
      });
      await world.push({ 'k8s/a.yaml': cm('a', { k: 'new' }), 'k8s/b.yaml': cm('theirs') });
      expect(dataOf(await world.live('ConfigMap', 'a'))).to.deep.equal({ k: 'v' });
      expect(world.said('failed').at(-1)).to.match(
        /ConfigMap shop-dev\/theirs: it exists.*let it be taken over:\n {4}pilotage adopt shop\/dev ConfigMap\/theirs.*until then nothing of \w+ is applied: 1 other change waits/s,
      );
    });

    it('that would prune more than half waits for a word, then prunes', async () => {
      await world.push({ 'k8s/a.yaml': cm('a'), 'k8s/b.yaml': cm('b'), 'k8s/c.yaml': cm('c') });
      await world.push({ 'k8s/a.yaml': cm('a') });
      expect((await world.environment()).status?.message).to.match(
        /2 of 3 objects would be pruned.*--confirm-prune/s,
      );
      expect(await world.live('ConfigMap', 'b')).not.to.equal(undefined);
      await world.sync.requestSync('shop', 'dev', { confirmPrune: true });
      await world.settle();
      expect(await world.live('ConfigMap', 'b')).to.equal(undefined);
    });

    it('that renders nothing prunes nothing', async () => {
      await world.push({ 'pilotage.yaml': '', 'k8s/a.yaml': cm('a') });
      await world.push({ 'pilotage.yaml': '' });
      expect(await world.live('ConfigMap', 'a')).not.to.equal(undefined);
      expect((await world.environment()).status).to.include({
        phase: 'Failed',
        health: 'Healthy',
        sync: 'OutOfSync',
      });
      expect(world.said('failed').at(-1)).to.match(/nothing is rendered.*nothing is pruned/);
    });

    it('that cannot be rendered names file and line, and leaves what runs alone', async () => {
      const first = await world.push({ 'k8s/a.yaml': cm('a') });
      await world.push({ 'k8s/a.yaml': 'BROKEN' });
      const { status } = await world.environment();
      expect(status).to.include({
        phase: 'Failed',
        sync: 'OutOfSync',
        health: 'Healthy',
        deployedRevision: first,
      });
      expect(status?.message).to.equal('k8s/a.yaml:1: it is broken');
      await world.push({ 'k8s/a.yaml': cm('a', { k: 'mended' }) });
      expect((await world.environment()).status).to.include({ phase: 'Idle', sync: 'Synced' });
    });
  });

  describe('objects that cannot be delivered', () => {
    const refused: readonly [why: string, manifest: string, message: RegExp][] = [
      [
        'an unknown kind',
        '{"apiVersion":"x.io/v1","kind":"Widget","metadata":{"name":"w"}}',
        /k8s\/x\.yaml:1:1: Widget w: the cluster does not serve kind Widget/,
      ],
      [
        'a foreign namespace',
        '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"w","namespace":"kube-system"}}',
        /names namespace kube-system, and this environment delivers to shop-dev/,
      ],
      [
        'an object without a name',
        '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"generateName":"w-"}}',
        /has no metadata.name \(generateName cannot be delivered/,
      ],
      [
        'an object written twice',
        `${cm('a')}\n---\n${cm('a')}`,
        /k8s\/x\.yaml:3:1: ConfigMap shop-dev\/a is written twice: here \(app shop\) and at k8s\/x\.yaml:1/,
      ],
    ];
    for (const [why, manifest, message] of refused) {
      it(`${why}: nothing is applied, and the message names file and line`, async () => {
        await world.push({ 'k8s/x.yaml': manifest, 'k8s/ok.yaml': cm('ok') });
        expect(world.said('failed').join()).to.match(message);
        expect(await world.live('ConfigMap', 'ok')).to.equal(undefined);
      });
    }

    it('an object that somebody else made waits to be adopted', async () => {
      await world.push({ 'k8s/a.yaml': cm('a') });
      await world.home.client.create(CONFIG_MAPS, {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: key('b'),
        data: { k: 'theirs' },
      });
      await world.push({ 'k8s/a.yaml': cm('a'), 'k8s/b.yaml': cm('b') });
      expect(world.said('failed').join()).to.match(
        /ConfigMap shop-dev\/b: it exists and was not made by Pilotage/,
      );
      expect(dataOf(await world.live('ConfigMap', 'b'))).to.deep.equal({ k: 'theirs' });
      await world.push({
        'k8s/a.yaml': cm('a'),
        'k8s/b.yaml': cm('b', { k: 'v' }, { 'pilotage.dev/adopt': 'true' }),
      });
      expect(dataOf(await world.live('ConfigMap', 'b'))).to.deep.equal({ k: 'theirs' });
      expect(world.said('rendered').join()).to.contain('pilotage.dev/adopt of a manifest grants nothing');
      const { message } = await world.sync.adopt(await world.environment(), {
        objects: ['configmap/b'],
        by: 'ann',
      });
      expect(message).to.equal('shop/dev may take over ConfigMap shop-dev/b.');
      await world.settle();
      expect(dataOf(await world.live('ConfigMap', 'b'))).to.deep.equal({ k: 'v' });
    });

    it('a word to take an object over ends with the object', async () => {
      await world.push({ 'k8s/a.yaml': cm('a') });
      const theirs = { apiVersion: 'v1', kind: 'ConfigMap', metadata: key('b'), data: { k: 'theirs' } };
      await world.home.client.create(CONFIG_MAPS, theirs);
      await world.push({ 'k8s/a.yaml': cm('a'), 'k8s/b.yaml': cm('b') });
      await world.sync.adopt(await world.environment(), { objects: [], namespace: 'shop-dev', by: 'ann' });
      await world.settle();
      await world.push({ 'k8s/a.yaml': cm('a'), 'k8s/c.yaml': cm('c') });
      await world.home.client.create(CONFIG_MAPS, theirs);
      await world.push({ 'k8s/a.yaml': cm('a'), 'k8s/b.yaml': cm('b'), 'k8s/c.yaml': cm('c') });
      expect(dataOf(await world.live('ConfigMap', 'b'))).to.deep.equal({ k: 'theirs' });
    });

    it('a field that another manager holds is a conflict that names it', async () => {
      await world.push({ 'k8s/web.yaml': deploy('web') });
      const { annotations, labels } = (await world.live('Deployment', 'web'))?.metadata ?? {};
      await world.home.client.apply(
        DEPLOYMENTS,
        {
          apiVersion: 'apps/v1',
          kind: 'Deployment',
          metadata: { ...key('web') },
          spec: { minReadySeconds: 5 },
        },
        { fieldManager: 'tuner' },
      );
      expect(annotations && labels).not.to.equal(undefined);
      const manifest = JSON.parse(deploy('web'));
      manifest.spec.minReadySeconds = 9;
      await world.push({ 'k8s/web.yaml': JSON.stringify(manifest) });
      expect(world.said('failed').join()).to.match(/\.spec\.minReadySeconds is held by tuner/);
    });
  });

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

  describe('failures', () => {
    it('of a write are told and tried again with back-off', async () => {
      let refusals = 2;
      world.home.refuse = (write) =>
        write === 'apply ConfigMap shop-dev/a' && refusals-- > 0
          ? statusError('InternalError', 'disk is full')
          : undefined;
      await world.push({ 'k8s/a.yaml': cm('a') });
      expect((await world.environment()).status).to.include({ phase: 'Failed' });
      expect(world.said('failed')[0]).to.match(/k8s\/a\.yaml:1:1: ConfigMap shop-dev\/a: disk is full/);
      await world.settle(5_000);
      expect((await world.environment()).status).to.include({ phase: 'Idle', sync: 'Synced' });
    });

    it('of an older revision do not delay a newer one', async () => {
      world.home.refuse = (write) =>
        write === 'apply ConfigMap shop-dev/bad' ? statusError('InternalError', 'no') : undefined;
      await world.push({ 'k8s/bad.yaml': cm('bad') });
      await world.settle(60_000);
      const good = await world.push({ 'k8s/good.yaml': cm('good') });
      expect((await world.environment()).status?.deployedRevision).to.equal(good);
      expect(await world.live('ConfigMap', 'good')).not.to.equal(undefined);
    });

    it('of a build leave the old version serving', async () => {
      await world.stop();
      world = await createHarness({
        home: world.home,
        git: world.git,
        buildImages: async ({ revision }) =>
          ok(
            built({ web: 'shop/web:1' }, async () =>
              revision.endsWith('1') ? ok(undefined) : failed({ reason: 'BuildFailed', message: 'npm ERR!' }),
            ),
          ),
      });
      const file =
        'apiVersion: pilotage.dev/v1alpha1\nkind: Delivery\nspec: {environments: [{name: dev, branch: main}], images: {web: {path: app}}}\n';
      const first = await world.push({ 'pilotage.yaml': file, 'k8s/a.yaml': cm('a') });
      await world.push({ 'pilotage.yaml': file, 'k8s/a.yaml': cm('a', { k: 'new' }) });
      expect((await world.environment()).status).to.include({
        deployedRevision: first,
        phase: 'Failed',
        health: 'Healthy',
      });
      expect(world.said('failed')).to.deep.equal(['npm ERR!']);
    });
  });

  describe('a newer revision', () => {
    it('ends the pass of an older one that is under way', async () => {
      let release = () => {};
      const aborted: boolean[] = [];
      await world.stop();
      world = await createHarness({
        home: world.home,
        git: world.git,
        buildImages: async ({ revision }) =>
          ok(
            built({}, (_report, signal) =>
              revision.endsWith('2')
                ? Promise.resolve(ok(undefined))
                : new Promise((resolve) => {
                    release = () => resolve(ok(undefined));
                    signal.addEventListener('abort', () => {
                      aborted.push(true);
                      release();
                    });
                  }),
            ),
          ),
      });
      const file =
        'apiVersion: pilotage.dev/v1alpha1\nkind: Delivery\nspec: {environments: [{name: dev, branch: main}], images: {web: {path: app}}}\n';
      await world.push({ 'pilotage.yaml': file, 'k8s/a.yaml': cm('a', { k: '1' }) });
      const second = await world.push({ 'pilotage.yaml': file, 'k8s/a.yaml': cm('a', { k: '2' }) });
      expect(aborted).to.deep.equal([true]);
      expect((await world.environment()).status?.deployedRevision).to.equal(second);
      expect(dataOf(await world.live('ConfigMap', 'a'))).to.deep.equal({ k: '2' });
    });
  });

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

  describe('a force-push', () => {
    it('holds the environment until exactly that tip is acknowledged', async () => {
      const first = await world.push({ 'k8s/a.yaml': cm('a') });
      const rewritten = await world.push({ 'k8s/a.yaml': cm('a', { k: 'new' }) }, 'main', {
        rewritten: true,
      });
      const held = await world.environment();
      expect(held.status).to.include({ wantedRevision: first, deployedRevision: first, phase: 'Frozen' });
      expect(world.said('held')[0]).to.match(/was rewritten.*--acknowledge/s);
      await world.sync.requestSync('shop', 'dev', { acknowledge: rewritten });
      await world.settle();
      expect((await world.environment()).status).to.include({ deployedRevision: rewritten, phase: 'Idle' });
    });

    it('is what holds an environment whose branch was deleted and came back with another history', async () => {
      await world.push({ 'k8s/a.yaml': cm('a') });
      await world.push({ 'k8s/a.yaml': cm('a') }, 'prod');
      delete world.git.branches.prod;
      await world.observe();
      await world.push({ 'k8s/a.yaml': cm('a', { v: '2' }) }, 'prod', { rewritten: true });
      const { status } = await world.environment('prod');
      expect(status?.message).to.contain('branch prod was rewritten').and.contain('--acknowledge');
    });
  });

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
