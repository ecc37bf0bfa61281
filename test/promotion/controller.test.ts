import { expect } from 'chai';
import { createCache } from '../../src/kube/client/cache.ts';
import { sourceObjects } from '../../src/model/promotionsources.ts';
import {
  type Environment,
  PILOTAGE_API_VERSION,
  PILOTAGE_NAMESPACE,
  PROMOTIONS,
  type PromotionPolicy,
} from '../../src/model/types.ts';
import { createPromotionActions } from '../../src/promotion/actions.ts';
import { targetsOf } from '../../src/promotion/controller.ts';
import { environmentOf } from '../../src/promotion/record/lookup.ts';
import { until } from '../fakes/until.ts';
import { createWorld, startController, type World } from './harness.ts';

describe('the promotion controller', () => {
  let world: World;
  let stop: () => Promise<void>;

  async function begin(policy: Partial<PromotionPolicy>): Promise<void> {
    world = await createWorld(policy);
    const stopController = startController(world.options);
    stop = async () => {
      await stopController();
      await world.dispose();
    };
  }
  afterEach(() => stop());

  const phaseOf = async (revision: string) =>
    (await world.record(revision).catch(() => undefined))?.status?.phase;
  const reached = (revision: string, phase: string) => until(async () => (await phaseOf(revision)) === phase);

  it('promotes by itself what is healthy, where the policy says so', async () => {
    await begin({ auto: true });
    const revision = await world.ships({ 'app.yaml': 'one' });
    await reached(revision, 'Merged');
    expect((await world.tip()).tree).to.equal((await world.repository.commit(revision)).tree);
  });

  it('promotes a commit that leaves its source alone, which its Delivery says', async () => {
    await begin({ auto: true });
    await reached(await world.ships({ 'app.yaml': 'one' }), 'Merged');
    const revision = await world.push('main', { 'app.yaml': 'one', 'README.md': 'hello' });
    await world.leavesAlone('dev', revision);
    await reached(revision, 'Merged');
  });

  it('promotes nothing by itself where a person has to ask', async () => {
    await begin({ auto: false });
    const first = await world.ships({ 'app.yaml': 'one' });
    await world.promote({ dryRun: true });
    const second = await world.ships({ 'app.yaml': 'two' });
    await world.promote();
    expect(await Promise.all([first, second].map(phaseOf))).to.deep.equal([undefined, 'Merged']);
    expect(world.published).to.deep.equal(['prod']);
  });

  it('advances when the source has been healthy for the time of the gate, and not before', async () => {
    await begin({ auto: true, gates: { healthy: 120_000 } });
    const revision = await world.ships({ 'app.yaml': 'one' });
    await reached(revision, 'Pending');
    await world.clock.advance(118_000);
    expect(await phaseOf(revision)).to.equal('Pending');
    await world.clock.advance(3_000);
    await reached(revision, 'Merged');
  });

  it('starts the wait anew when the source was unwell in between', async () => {
    await begin({ auto: true, gates: { healthy: 120_000 } });
    const revision = await world.ships({ 'app.yaml': 'one' });
    await reached(revision, 'Pending');
    await world.clock.advance(60_000);
    await world.deploys('dev', revision);
    await world.clock.advance(90_000);
    expect(await phaseOf(revision)).to.equal('Pending');
    await world.clock.advance(31_000);
    await reached(revision, 'Merged');
  });

  it('advances at the approval that was missing', async () => {
    await begin({ auto: true, gates: { approvals: 1 } });
    const revision = await world.ships({ 'app.yaml': 'one' });
    await reached(revision, 'Pending');
    await world.approve('bob');
    await reached(revision, 'Merged');
  });

  it('supersedes what still waits when the source moves on', async () => {
    await begin({ auto: true, gates: { approvals: 1 } });
    const first = await world.ships({ 'app.yaml': 'one' });
    await reached(first, 'Pending');
    const second = await world.ships({ 'app.yaml': 'two' });
    await reached(first, 'Superseded');
    expect((await world.record(first)).status?.message).to.equal(`Overtaken by ${second.slice(0, 7)}.`);
    await reached(second, 'Pending');
  });

  it('deletes old promotions that nothing needs, and leaves those to other environments alone', async () => {
    await begin({ auto: false });
    for (let n = 0; n < 23; n++) await record(world, 'prod', n);
    await record(world, 'eu', 0);
    await until(async () => (await recorded(world)).length === 21);
    const left = await recorded(world);
    expect(left).to.include('shop.eu.r0').and.include('shop.prod.r22').and.not.include('shop.prod.r2');
  });

  it('does not take the target back when the source is rolled back', async () => {
    await begin({ auto: true });
    const first = await world.ships({ 'app.yaml': 'one' });
    await reached(first, 'Merged');
    const second = await world.ships({ 'app.yaml': 'two' });
    await reached(second, 'Merged');
    await world.deploys('dev', first, { phase: 'Pinned' });
    await reached(first, 'Refused');
    expect((await world.tip()).tree).to.equal((await world.repository.commit(second)).tree);
  });
});

/** A merged promotion of the revision `r<n>`, merged in the minute n. */
async function record({ home }: World, to: string, n: number): Promise<void> {
  const created = await home.create(PROMOTIONS, {
    apiVersion: PILOTAGE_API_VERSION,
    kind: 'Promotion',
    metadata: { name: `shop.${to}.r${n}`, namespace: PILOTAGE_NAMESPACE },
    spec: { delivery: 'shop', from: 'dev', to, revision: `r${n}`, tree: `t${n}` },
  });
  const mergedAt = new Date(Date.UTC(2026, 0, 1, 0, n)).toISOString();
  const status = { phase: 'Merged', mergeCommit: `m${n}`, mergedAt } as const;
  await home.update(PROMOTIONS, { ...created, status }, { subresource: 'status' });
}

const recorded = async ({ home }: World): Promise<readonly (string | undefined)[]> =>
  (await home.list(PROMOTIONS, { namespace: PILOTAGE_NAMESPACE })).items.map(({ metadata }) => metadata.name);

describe('whom a change of an environment concerns', () => {
  const environment = (delivery: string, name: string, from?: string): Environment =>
    ({
      metadata: { namespace: PILOTAGE_NAMESPACE, name: `${delivery}.${name}` },
      spec: { delivery, environment: name },
      ...(from ? { status: { promotionPolicy: { from, auto: true, gates: {} } } } : {}),
    }) as unknown as Environment;
  const dev = environment('shop', 'dev');
  const all = [
    dev,
    environment('shop', 'prod', 'dev'),
    environment('shop', 'eu', 'prod'),
    environment('web', 'prod', 'dev'),
  ];

  it('itself and those that are promoted from it, in its own delivery', () => {
    const cache = createCache<Environment>();
    for (const one of all) cache.set(one);
    expect(targetsOf(dev, cache.index(sourceObjects))).to.deep.equal(['shop.dev', 'shop.prod']);
  });
});

describe('the gates of an environment', () => {
  let world: World;
  beforeEach(async () => {
    world = await createWorld({ gates: { approvals: 1 } });
  });
  afterEach(() => world.dispose());
  const gates = async (name: string) => {
    const { gatesTo } = createPromotionActions(world.options);
    return (await gatesTo(await environmentOf(world.home, 'shop', name))).gates;
  };

  it('are none where no promotion leads, and none while there is nothing to promote', async () => {
    expect(await gates('dev')).to.deep.equal([]);
    expect(await gates('prod')).to.deep.equal([]);
  });

  it('are told as they stand while something waits, and are gone once it came', async () => {
    await world.ships({ 'app.yaml': 'one' });
    expect((await gates('prod')).map(({ gate, state }) => [gate, state])).to.deep.equal([
      ['healthy', 'Passed'],
      ['approvals', 'Waiting'],
    ]);
    await world.approve('bob');
    await world.promote();
    const { oid, tree } = await world.tip();
    await world.deploys('prod', oid, { deployedTree: tree });
    expect(await gates('prod')).to.deep.equal([]);
  });
});
