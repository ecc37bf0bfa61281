import { expect } from 'chai';
import { silentLogger } from '../../../src/base/log.ts';
import { createObserver, type Observer } from '../../../src/sync/intake/branchobserver.ts';
import { cm, createHarness } from '../harness.ts';

describe('the observer of branches', () => {
  let world: Awaited<ReturnType<typeof createHarness>>;
  let observer: Observer;
  let isFull: boolean;
  const stop = new AbortController();
  const one = { 'k8s/a.yaml': cm('a', { v: '1' }) };
  const two = { 'k8s/a.yaml': cm('a', { v: '2' }) };
  beforeEach(async () => {
    world = await createHarness();
    isFull = false;
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

  it('finds a branch that moved without anybody telling', async () => {
    await world.push(one);
    await observer.start(stop.signal);
    const tip = world.git.commit('main', two);
    await world.settle(61_000);
    expect(await deployed()).to.equal(tip);
  });
});
