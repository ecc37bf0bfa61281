import { expect } from 'chai';
import type { Permission } from '../../../src/model/permission.ts';
import { DELIVERIES, ENVIRONMENTS, PILOTAGE_NAMESPACE, RELEASES } from '../../../src/model/types.ts';
import { LOOKS } from '../../../src/sync/state/pacing.ts';
import { pin, unpin } from '../../../src/sync/state/pin.ts';
import { createFakeCluster } from '../../fakes/cluster.ts';
import { cm, createHarness, dataOf, deploy, type Harness } from '../harness.ts';

const FILE = `apiVersion: pilotage.dev/v1alpha1
kind: Delivery
metadata: {name: shop}
spec:
  environments: [{name: a, branch: main, path: a}, {name: b, branch: main, path: b}]
`;
const one = { 'pilotage.yaml': FILE, 'a/x.yaml': cm('x'), 'b/x.yaml': cm('x') };
const two = { ...one, 'a/x.yaml': cm('x', { k: 'new' }) };

describe('a commit that leaves an environment as it is', () => {
  let world: Harness & { stop(): Promise<void> };
  let permission: Permission;
  beforeEach(async () => {
    permission = { type: 'allowed' };
    world = await createHarness({ mayDeploy: async () => permission });
  });
  afterEach(() => world.stop());

  const status = async (name: string) => (await world.environment(name)).status;
  const renderings = () => world.images.length;
  const saidOf = (name: string) => world.events.filter(({ environment }) => environment === name);

  it('is recorded as deployed there, without a rendering, a release or a word', async () => {
    await world.push(one);
    const before = { renderings: renderings(), said: saidOf('b').length };
    world.home.writes.length = 0;
    const tip = await world.push(two);
    expect(dataOf(await world.live('ConfigMap', 'x', 'shop-a'))).to.deep.equal({ k: 'new' });
    expect(await status('b')).to.include({
      wantedRevision: tip,
      deployedRevision: tip,
      assessedRevision: tip,
      deployedTree: (await world.git.repository.commit(tip)).tree,
      observation: 2,
      release: 1,
      phase: 'Idle',
      health: 'Healthy',
    });
    expect(renderings() - before.renderings).to.equal(1);
    expect(saidOf('b').length).to.equal(before.said);
    expect(world.home.writes.filter((write) => write.includes('shop.b'))).to.deep.equal([]);
    const { items } = await world.home.client.list(RELEASES, { namespace: PILOTAGE_NAMESPACE });
    expect(items.map(({ metadata }) => metadata.name).sort()).to.deep.equal([
      'shop.a.1',
      'shop.a.2',
      'shop.b.1',
    ]);
  });

  it('is said to be untouched by the push', async () => {
    await world.push(one);
    world.git.commit('main', two);
    const affected = await world.sync.observed('shop', { ...world.git.branches }, 'main', 'push');
    const said = affected.map(({ environment, changed, untouched }) => ({ environment, changed, untouched }));
    expect(said).to.deep.equal([
      { environment: 'a', changed: true, untouched: undefined },
      { environment: 'b', changed: false, untouched: true },
    ]);
  });

  it('is asked once for its signature, however many environments it leaves alone', async () => {
    const asked: string[] = [];
    await world.stop();
    world = await createHarness({
      verifies: async ({ spec }, revision) => {
        asked.push(`${spec.environment} ${revision}`);
        return { type: 'allowed' };
      },
    });
    const names = Array.from({ length: 50 }, (_, at) => `e${10 + at}`);
    const rows = names.map((name, at) => {
      const verify = at % 2 === 0 ? ', verify: {signatures: required}' : '';
      return `{name: ${name}, branch: main, path: ${name}${verify}}`;
    });
    const file = `apiVersion: pilotage.dev/v1alpha1\nkind: Delivery\nmetadata: {name: shop}\nspec: {environments: [${rows.join()}]}\n`;
    const files = Object.fromEntries(names.map((name) => [`${name}/x.yaml`, cm('x')]));
    await world.push({ 'pilotage.yaml': file, ...files });
    asked.length = 0;
    const tip = await world.push({ 'pilotage.yaml': file, ...files, 'e10/x.yaml': cm('x', { k: 'new' }) });
    expect(await status('e59')).to.include({ deployedRevision: tip, release: 1 });
    const others = asked.filter((one) => !one.startsWith('e10 '));
    expect(others.sort()).to.deep.equal([`e11 ${tip}`, `e12 ${tip}`]);
  });

  it('does not keep drift from being healed, nor a later change from being deployed', async () => {
    await world.push(one);
    await world.push(two);
    const x = await world.live('ConfigMap', 'x', 'shop-b');
    if (x === undefined) throw new Error('it is there');
    const { CONFIG_MAPS } = await import('../../../src/kube/kinds/resources.data.ts');
    await world.home.client.patch(
      CONFIG_MAPS,
      { namespace: 'shop-b', name: 'x' },
      { type: 'merge', body: { data: { k: 'by hand' } } },
    );
    await world.settle();
    expect(dataOf(await world.live('ConfigMap', 'x', 'shop-b'))).to.deep.equal({ k: 'v' });
    const before = renderings();
    await world.push({ ...two, 'b/x.yaml': cm('x', { k: 'later' }) });
    expect(dataOf(await world.live('ConfigMap', 'x', 'shop-b'))).to.deep.equal({ k: 'later' });
    expect(await status('b')).to.include({ release: 2, observation: 3 });
    expect(renderings() - before).to.equal(1);
  });

  it('is rendered by a later pass only where it holds something else', async () => {
    await world.push(one);
    await world.push(two);
    const before = renderings();
    await world.settle(400_000);
    expect(renderings()).to.equal(before);
  });

  it('counts for the time that its content is healthy', async () => {
    await world.push(one);
    const before = (await status('b'))?.healthySince;
    await world.settle(60_000);
    await world.push(two);
    expect((await status('b'))?.healthySince).to.not.equal(before);
  });

  it('says of the environment what it said before is planned all the same', async () => {
    await world.push(one);
    const other = FILE.replace('path: b}', 'path: b, drift: report}');
    await world.push({ ...one, 'pilotage.yaml': other });
    expect(await status('b')).to.include({ release: 2 });
    expect(await status('a')).to.include({ release: 1, observation: 2 });
  });

  it('is planned where a template is given the commit', async () => {
    const files = { ...one, 'b/x.yaml': cm('x', { by: 'Pilotage' }) };
    await world.push(files);
    await world.push({ ...files, 'a/x.yaml': cm('x', { k: 'new' }) });
    expect(await status('b')).to.include({ release: 2 });
  });

  it('is planned where something is not well, and where its gates are closed', async () => {
    await world.push({ ...one, 'b/web.yaml': deploy('web') });
    const tip = await world.push({ ...two, 'b/web.yaml': deploy('web') });
    expect(await status('b')).to.include({ release: 2, phase: 'Waiting', deployedRevision: tip });
    await world.report('web', 'healthy', 'shop-b');
    permission = { type: 'held', message: 'it waits' };
    await world.push({ ...one, 'b/web.yaml': deploy('web') });
    expect(await status('b')).to.include({ deployedRevision: tip, waitsForGates: 'it waits' });
  });

  it('is recorded as deployed although a pass that began before it writes its status after it', async () => {
    const home = createFakeCluster();
    const { get } = home.client;
    let reads = 0;
    let meanwhile: (() => Promise<unknown>) | undefined;
    Object.assign(home.client, {
      // A pass reads its environment twice: when it begins, and to write its status.
      async get(...args: Parameters<typeof get>) {
        if (meanwhile && args[1].name === 'shop.b' && ++reads === 2) {
          const push = meanwhile;
          meanwhile = undefined;
          await push();
        }
        return get(...args);
      },
    });
    const other = await createHarness({ home });
    try {
      await other.push(one);
      await other.settle(1_000);
      const tip = other.git.commit('main', two);
      meanwhile = () => other.sync.observed('shop', { ...other.git.branches }, 'main', 'push');
      await other.settle(LOOKS.resync);
      expect(meanwhile).to.equal(undefined);
      expect((await other.environment('b')).status).to.include({
        wantedRevision: tip,
        deployedRevision: tip,
        assessedRevision: tip,
      });
    } finally {
      await other.stop();
    }
  });

  it('is kept in the repository only as long as an environment runs it or a release is of it', async () => {
    const kept = new Set<string>();
    Object.assign(world.git.repository, {
      keep: async (name: string) => void kept.add(name),
      unkeep: async (name: string) => void kept.delete(name),
    });
    const first = await world.push(one);
    const passing = await world.push({ ...one, 'README.md': 'hello' });
    expect([...kept]).to.have.members([`revisions/${first}`, `revisions/${passing}`]);
    const second = await world.push({ ...two, 'README.md': 'hello' });
    await world.settle();
    expect(await status('a')).to.include({ deployedRevision: second, release: 2 });
    expect([...kept]).to.have.members([`revisions/${first}`, `revisions/${second}`]);
  });

  it('stays recorded when the daemon starts again, and nothing is rendered or written for it', async () => {
    await world.push(one);
    const tip = await world.push(two);
    await world.stop();
    world = await createHarness({ home: world.home, git: world.git });
    world.home.writes.length = 0;
    await world.observe();
    await world.settle(LOOKS.resync);
    expect(await status('b')).to.include({ wantedRevision: tip, deployedRevision: tip, release: 1 });
    expect(world.home.writes).to.deep.equal([]);
  });

  it('is not in its own record before that is written for another reason, and in both then', async () => {
    const first = await world.push(one);
    const tip = await world.push(two);
    const own = async () => {
      const key = { namespace: PILOTAGE_NAMESPACE, name: 'shop.b' };
      return (await world.home.client.get(ENVIRONMENTS, key)).status;
    };
    expect(await own()).to.include({ wantedRevision: first, deployedRevision: first, observation: 1 });
    delete world.git.branches.main;
    await world.observe();
    const frozen = { wantedRevision: tip, deployedRevision: tip, observation: 2, phase: 'Frozen' };
    expect(await own()).to.include(frozen);
    expect(await status('b')).to.include(frozen);
  });

  it('goes with its Delivery, and comes back with the next push', async () => {
    const first = await world.push(one);
    await world.push(two);
    await world.home.client.delete(DELIVERIES, { namespace: PILOTAGE_NAMESPACE, name: 'shop' });
    expect(await status('b')).to.include({ deployedRevision: first, observation: 1 });
    const tip = await world.push({ ...two, 'README.md': 'hello' });
    expect(await status('b')).to.include({ deployedRevision: tip, release: 1 });
  });

  it('is no word about an environment of the same name that is made later', async () => {
    await world.push(one);
    await world.push(two);
    await world.home.client.delete(ENVIRONMENTS, { namespace: PILOTAGE_NAMESPACE, name: 'shop.b' });
    await world.settle();
    const tip = await world.push({ ...two, 'b/x.yaml': cm('x', { k: 'later' }) });
    expect(await status('b')).to.include({ wantedRevision: tip, deployedRevision: tip, observation: 1 });
  });

  it('may be pinned, and stays when the branch moves on', async () => {
    await world.push(one);
    const held = await world.push(two);
    await pin(
      world.home.client,
      'shop.b',
      { revision: held, reason: 'an audit', by: 'Ada' },
      world.clock.now(),
    );
    const tip = await world.push({ ...two, 'README.md': 'hello' });
    expect(await status('b')).to.include({ wantedRevision: tip, deployedRevision: held, phase: 'Pinned' });
  });

  it('does not move what is pinned', async () => {
    const first = await world.push(one);
    const held = { revision: first, reason: 'an audit', by: 'Ada' };
    await pin(world.home.client, 'shop.b', held, world.clock.now());
    await world.settle();
    const tip = await world.push(two);
    expect(await status('b')).to.include({ wantedRevision: tip, deployedRevision: first, phase: 'Pinned' });
    await unpin(world.home.client, 'shop.b');
    await world.settle();
    expect(await status('b')).to.include({ wantedRevision: tip, deployedRevision: tip });
  });
});
