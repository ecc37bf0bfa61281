import { expect } from 'chai';
import { ok } from '../../src/base/errors.ts';
import { CONFIG_MAPS } from '../../src/kube/kinds/resources.data.ts';
import { filesOf } from '../fakes/filetree.ts';
import { built, cm, createHarness, deploy } from './harness.ts';

type Running = Awaited<ReturnType<typeof createHarness>>;

describe('a plan of what is not wanted yet', () => {
  let world: Running;
  let builds: string[];
  beforeEach(async () => {
    builds = [];
    world = await createHarness({
      buildImages: async ({ images }) => {
        builds.push(...Object.keys(images));
        return ok(built(Object.fromEntries(Object.keys(images).map((name) => [name, `shop/${name}:1`]))));
      },
    });
  });
  afterEach(() => world.stop());

  const planned = async (how: Parameters<Running['sync']['plan']>[2]) => {
    const plan = await world.sync.plan('shop', 'dev', how);
    if (!plan.ok) throw new Error(plan.problems[0].message);
    return plan.value;
  };

  it('says which workloads restart, and which only change', async () => {
    await world.push({ 'k8s/a.yaml': deploy('a', 1), 'k8s/b.yaml': deploy('b', 1) });
    await world.report('a', 'healthy');
    await world.report('b', 'healthy');
    const changed = deploy('b', 1).replace('"sleep"', '"nap"');
    const { steps } = await planned({
      tree: filesOf({ 'k8s/a.yaml': deploy('a', 3), 'k8s/b.yaml': changed }),
    });
    expect(steps.map(({ object, action, restarts }) => [object.name, action, restarts])).to.deep.equal([
      ['a', 'update', undefined],
      ['b', 'update', true],
    ]);
  });

  it('builds no image of a working tree, shows those that are deployed, and says so', async () => {
    const file = `apiVersion: pilotage.dev/v1alpha1
kind: Delivery
spec: {environments: [{name: dev, branch: main}], images: {web: {path: app}}, apps: [{name: shop, path: k8s}]}`;
    const files = { 'pilotage.yaml': file, 'k8s/a.yaml': cm('a'), 'app/x.js': '1' };
    await world.push(files);
    expect(builds).to.deep.equal(['web']);
    const plan = await planned({ tree: filesOf({ ...files, 'app/x.js': '2' }) });
    expect(builds).to.deep.equal(['web']);
    expect(world.images.at(-1)).to.deep.equal({ web: 'shop/web:1' });
    expect(plan.isTree).to.equal(true);
    expect(plan.warnings.map(({ message }) => message).join()).to.match(
      /images are not built.*web is shown as deployed/,
    );
  });

  it('tells templates of a revision nothing of the cluster where whoever asks may not push there', async () => {
    await world.push({ 'k8s/a.yaml': cm('a') });
    await world.home.client.create(CONFIG_MAPS, {
      ...{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace: 'shop-dev', name: 'hidden' } },
      data: { k: 'told' },
    });
    const asking = cm('a', { k: '${lookup ConfigMap shop-dev hidden k}' });
    const revision = world.git.commit('feature', { 'k8s/a.yaml': asking });
    const [may, mayNot] = [await planned({ revision }), await planned({ revision, looksUp: false })];
    expect(may.steps[0]?.diff).to.deep.equal(['~ data.k: v → told']);
    expect(mayNot.steps[0]?.diff).to.deep.equal(['~ data.k: v → none']);
    expect(mayNot.warnings.map(({ message }) => message).join()).to.match(/are told of nothing/);
  });
});
