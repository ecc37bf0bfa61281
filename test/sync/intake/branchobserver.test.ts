import { expect } from 'chai';
import { silentLogger } from '../../../src/base/log.ts';
import { createObserver, type Observer } from '../../../src/sync/intake/branchobserver.ts';
import { createFakeCluster } from '../../fakes/cluster.ts';
import { cm, createHarness } from '../harness.ts';

describe('the observer of branches', () => {
  let world: Awaited<ReturnType<typeof createHarness>>;
  let observer: Observer;
  let isFull: boolean;
  let isLockedOut: (write: unknown) => boolean;
  const stop = new AbortController();
  const one = { 'k8s/a.yaml': cm('a', { v: '1' }) };
  const two = { 'k8s/a.yaml': cm('a', { v: '2' }) };
  beforeEach(async () => {
    const home = createFakeCluster();
    const { patch } = home.client;
    Object.assign(home.client, {
      async patch(...args: Parameters<typeof patch>) {
        const [, { name }, { body }] = args;
        if (isLockedOut(body)) throw new Error(`${name} cannot be written`);
        return patch(...args);
      },
    });
    world = await createHarness({ home });
    isFull = false;
    isLockedOut = () => false;
    observer = createObserver({
      home: world.home.client,
      clock: world.clock,
      logger: silentLogger,
      list: async () => ['shop'],
      hosted: async () => ({
        ...world.git.repository,
        branches: async () => ({ ...world.git.branches }),
        defaultBranch: async () => 'main',
      }),
      record: async (...observed) => {
        if (isFull) throw new Error('no space left on device');
        return world.sync.observed(...observed);
      },
    });
  });
  afterEach(() => world.stop());
  const deployed = async () => (await world.environment('dev'))?.status?.deployedRevision;

  it('delivers a push that the record could not take when it came, once it can', async () => {
    await world.push(one);
    isFull = true;
    const tip = world.git.commit('main', two);
    const refused = await observer.observe('shop').catch((error: Error) => error.message);
    expect(refused).to.equal('no space left on device');
    expect(observer.failureOf('shop')?.message).to.equal('no space left on device');
    await world.settle(60_000);
    expect(await deployed()).to.not.equal(tip);
    isFull = false;
    await world.settle(20_000);
    expect(observer.failureOf('shop')).to.equal(undefined);
    expect(await deployed()).to.equal(tip);
  });

  it('records the environments that a push leaves as they are, once it can, and says until then that it cannot', async () => {
    const file = `apiVersion: pilotage.dev/v1alpha1
kind: Delivery
metadata: {name: shop}
spec:
  environments: [{name: a, branch: main, path: a}, {name: b, branch: main, path: b}]
`;
    const files = { 'pilotage.yaml': file, 'a/x.yaml': cm('x'), 'b/x.yaml': cm('x') };
    await world.push(files);
    isLockedOut = (write) => JSON.stringify(write).includes('advanced');
    const tip = world.git.commit('main', { ...files, 'a/x.yaml': cm('x', { v: '2' }) });
    const refused = await observer.observe('shop').catch((error: Error) => error.message);
    expect(refused).to.equal('shop cannot be written');
    const deployedIn = async (name: string) => (await world.environment(name)).status?.deployedRevision;
    await world.settle(120_000);
    expect(await deployedIn('a')).to.equal(tip);
    expect(await deployedIn('b')).to.not.equal(tip);
    expect(observer.failureOf('shop')?.message).to.equal('shop cannot be written');
    isLockedOut = () => false;
    await world.settle(20_000);
    expect(observer.failureOf('shop')).to.equal(undefined);
    expect(await deployedIn('b')).to.equal(tip);
  });

  it('finds a branch that moved without anybody telling', async () => {
    await world.push(one);
    await observer.start(stop.signal);
    const tip = world.git.commit('main', two);
    await world.settle(61_000);
    expect(await deployed()).to.equal(tip);
  });
});
