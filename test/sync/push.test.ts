import { expect } from 'chai';
import { ok } from '../../src/base/errors.ts';
import { CONFIG_MAPS } from '../../src/kube/kinds/resources.data.ts';
import { built, cm, createHarness, dataOf, deploy } from './harness.ts';

type Running = Awaited<ReturnType<typeof createHarness>>;
const key = (name: string) => ({ namespace: 'shop-dev', name });

describe('sync of commits', () => {
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
                ? Promise.resolve(ok({}))
                : new Promise((resolve) => {
                    release = () => resolve(ok({}));
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
});
