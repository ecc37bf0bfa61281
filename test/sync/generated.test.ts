import { expect } from 'chai';
import { CONFIG_MAPS, NAMESPACES, SECRETS } from '../../src/kube/kinds/resources.data.ts';
import type { KubeObject } from '../../src/kube/values/types.ts';
import { PILOTAGE_NAMESPACE } from '../../src/model/types.ts';
import { connect } from '../../src/sync/intake/connect.ts';
import { cm, createHarness, dataOf } from './harness.ts';

type World = Awaited<ReturnType<typeof createHarness>>;

const apps = (list: string): string =>
  `apiVersion: pilotage.dev/v1alpha1\nkind: Delivery\nmetadata: {name: shop}\nspec:\n  environments: [{name: dev, branch: main}]\n  apps: [${list}]\n`;
const FILES = { 'k8s/a.yaml': cm('a', { password: '${made randAlphaNum}', id: '${made uuidv4}' }) };

describe('what templates make', () => {
  let world: World;
  beforeEach(async () => {
    world = await createHarness();
  });
  afterEach(() => world.stop());

  const data = async (name = 'a') => dataOf(await world.live('ConfigMap', name)) as Record<string, string>;
  const kept = async (): Promise<readonly KubeObject[]> => {
    const { items } = await world.home.client.list(SECRETS, { namespace: PILOTAGE_NAMESPACE });
    return items.filter(({ type }) => type === 'pilotage.dev/generated');
  };
  const plan = async (files?: typeof FILES) => {
    const revision = files ? { revision: world.git.commit('main', files) } : {};
    const report = await world.sync.plan('shop', 'dev', revision);
    if (!report.ok) throw new Error(report.problems[0].message);
    return report.value;
  };
  /** Another daemon over the same cluster and repository. */
  const restart = async (): Promise<void> => {
    const { home, git } = world;
    await world.stop();
    world = await createHarness({ home, git });
    await world.observe();
  };

  it('is made once: the same after another commit, a plan and a restart, and the plan is empty', async () => {
    await world.push(FILES);
    const first = await data();
    expect(first.password).match(/^[0-9a-f]{24}$/);
    expect((await plan()).empty).equal(true);
    await world.push({ ...FILES, 'k8s/b.yaml': cm('b') });
    expect(await data()).deep.equal(first);
    await restart();
    expect(await data()).deep.equal(first);
    const { status } = await world.environment();
    expect(status).include({ sync: 'Synced', phase: 'Idle' });
    const again = await plan();
    expect(again).include({ empty: true });
    expect(again.warnings).deep.equal([]);
    expect(world.home.writes.filter((write) => write.includes('generated'))).length(1);
  });

  it('is kept before anything is applied', async () => {
    await world.push(FILES);
    const writes = world.home.writes.filter((write) => /generated|ConfigMap shop-dev/.test(write));
    expect(writes[0]).equal('create Secret pilotage/generated.shop.dev.shop');
    expect(writes.slice(1).join()).match(/^apply ConfigMap shop-dev\/a/);
  });

  it('is not applied where it could not be kept', async () => {
    world.home.refuse = (write) => (write.includes('generated') ? new Error('no room') : undefined);
    await world.push(FILES);
    expect(await world.live('ConfigMap', 'a')).equal(undefined);
    expect((await world.environment()).status?.message).contain('no room');
    world.home.refuse = () => undefined;
    await world.settle(5_000);
    expect((await data()).password).match(/^[0-9a-f]{24}$/);
  });

  it('is the same for every plan once it is kept, and said not to be before', async () => {
    await world.push({ 'k8s/a.yaml': cm('a') });
    const { warnings } = await plan(FILES);
    expect(warnings.map(({ reason }) => reason)).deep.equal(['GeneratedNotKept']);
    expect(warnings[0]?.message).contain('2 values of randAlphaNum, uuidv4');
    expect(await kept()).deep.equal([]);
  });

  it('stays while nothing uses it, and goes with its app and with its environment', async () => {
    await world.push(FILES);
    const first = await data();
    await world.push({ 'k8s/a.yaml': cm('a') });
    await world.push(FILES);
    expect(await data()).deep.equal(first);
    await world.push({ ...FILES, 'pilotage.yaml': apps('{name: other, path: k8s}') });
    expect((await kept()).map(({ metadata }) => metadata.name)).deep.equal(['generated.shop.dev.other']);
    expect(await data()).not.deep.equal(first);
    await world.sync.delete(await world.environment(), 'prune');
    await world.settle(10_000);
    expect(await kept()).deep.equal([]);
  });

  it('comes along with an app that is renamed', async () => {
    await world.push({ ...FILES, 'pilotage.yaml': apps('{name: old, path: k8s}') });
    const first = await data();
    await world.push({ ...FILES, 'pilotage.yaml': apps('{name: new, path: k8s, renamedFrom: old}') });
    expect(await data()).deep.equal(first);
    expect((await kept()).map(({ metadata }) => metadata.name)).deep.equal(['generated.shop.dev.new']);
  });

  it('stays where the objects of a deleted environment stay', async () => {
    await world.push(FILES);
    await world.sync.delete(await world.environment(), 'orphan');
    await world.settle(10_000);
    expect(await kept()).length(1);
  });

  it('is not made anew where what is kept cannot be read', async () => {
    await world.push(FILES);
    const first = await data();
    const [secret] = await kept();
    if (!secret) throw new Error('nothing is kept');
    await world.home.client.update(SECRETS, { ...secret, data: { 'generated.json': 'eA==' } }, {});
    await world.push({ ...FILES, 'k8s/b.yaml': cm('b') });
    expect(await data()).deep.equal(first);
    expect((await world.environment()).status?.message).contain('cannot be read');
  });

  it('is no part of what an environment may read or write', async () => {
    await world.push({ 'k8s/a.yaml': cm('a', { k: '${lookup Secret pilotage generated.shop.dev.shop x}' }) });
    expect(await data()).deep.equal({ k: 'none' });
    const { warnings } = await plan();
    expect(warnings.map(({ reason }) => reason)).deep.equal(['LookupRefused']);
  });
});

describe('what templates look up', () => {
  let world: World;
  beforeEach(async () => {
    world = await createHarness();
    await world.push({ 'k8s/a.yaml': cm('a') });
  });
  afterEach(() => world.stop());

  const write = (name: string, data: Record<string, string>, namespace = 'shop-dev') =>
    world.home.client.apply(
      CONFIG_MAPS,
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace }, data },
      { fieldManager: 'kubectl', force: true },
    );
  const looking = (namespace = 'shop-dev', name = 'seen', more = {}) => ({
    'k8s/a.yaml': cm('a', { k: `\${lookup ConfigMap ${namespace} ${name} k}`, ...more }),
  });
  const data = async () => dataOf(await world.live('ConfigMap', 'a'));

  it('is what the cluster has, asked once per outcome of the files, and again when a person asks', async () => {
    await write('seen', { k: 'one' });
    await world.push(looking());
    expect(await data()).deep.equal({ k: 'one' });
    await write('seen', { k: 'two' });
    const { home, git } = world;
    await world.stop();
    world = await createHarness({ home, git });
    await world.observe();
    expect(await data()).deep.equal({ k: 'one' });
    expect((await world.environment()).status?.sync).equal('Synced');
    await world.sync.requestSync('shop', 'dev');
    await world.settle();
    expect(await data()).deep.equal({ k: 'two' });
    await write('seen', { k: 'three' });
    await world.push(looking('shop-dev', 'seen', { more: 'x' }));
    expect(await data()).deep.equal({ k: 'three', more: 'x' });
  });

  const unlessThere = (more: Record<string, string> = {}) => ({
    'k8s/a.yaml': cm('a', more),
    'k8s/b.yaml': `\${unless ConfigMap shop-dev b}${cm('b', { password: '${made randAlphaNum}' })}`,
  });

  it('counts as absent where the environment itself has made it, and would not be there otherwise', async () => {
    await world.push(unlessThere());
    const first = dataOf(await world.live('ConfigMap', 'b'));
    await world.push(unlessThere({ more: 'x' }));
    await world.sync.requestSync('shop', 'dev');
    await world.settle();
    expect(await data()).deep.equal({ more: 'x' });
    expect(dataOf(await world.live('ConfigMap', 'b'))).deep.equal(first);
    expect(world.home.writes.filter((write) => write.startsWith('delete'))).deep.equal([]);
  });

  it('counts as it is where somebody else has made it', async () => {
    await write('b', { k: 'theirs' });
    await world.push(unlessThere());
    expect(dataOf(await world.live('ConfigMap', 'b'))).deep.equal({ k: 'theirs' });
    expect((await world.environment()).status?.sync).equal('Synced');
  });

  it('may depend on what was looked up before', async () => {
    await write('next', { k: 'found' });
    await write('seen', { k: 'next' });
    await world.push({
      'k8s/a.yaml': cm('a', {
        k: '${lookup ConfigMap shop-dev ${lookup ConfigMap shop-dev seen k} k}',
      }),
    });
    expect(await data()).deep.equal({ k: 'found' });
  });

  it('is nothing where there is nothing', async () => {
    await world.push(looking());
    expect(await data()).deep.equal({ k: 'none' });
  });

  it('is nothing in namespaces of others, until a person allows them', async () => {
    const metadata = { name: 'elsewhere' };
    await world.home.client.create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata }, {});
    await write('seen', { k: 'secret' }, 'elsewhere');
    await world.push(looking('elsewhere'));
    expect(await data()).deep.equal({ k: 'none' });
    const report = await world.sync.plan('shop', 'dev');
    const [warning] = report.ok ? report.value.warnings : [];
    expect(warning?.message).contain('look up ConfigMap elsewhere/seen, which shop/dev may not read');
    expect(warning?.remedy).contain('pilotage connect shop --allow-namespace elsewhere');
    await connect(world.home.client, { name: 'shop', allowNamespaces: ['elsewhere'] });
    await world.sync.requestSync('shop', 'dev');
    await world.settle();
    expect(await data()).deep.equal({ k: 'secret' });
  });

  it('is nothing of a kind that there is not', async () => {
    await world.push({ 'k8s/a.yaml': cm('a', { k: '${lookup Foo shop-dev seen k}' }) });
    expect(await data()).deep.equal({ k: 'none' });
  });
});
