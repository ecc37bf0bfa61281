import { expect } from 'chai';
import { promote } from '../../../src/promotion/act/promote.ts';
import { permit } from '../../../src/promotion/permit/permit.ts';
import { environmentOf } from '../../../src/promotion/record/lookup.ts';
import { named } from '../../fakes/user.ts';
import { addEnvironment, createWorld, refusalOf, type World } from '../harness.ts';

const FROM = { auto: false, gates: {} } as const;

describe('a promotion from several environments', () => {
  let world: World;
  const start = async (needs?: 'any') => {
    world = await createWorld({ from: 'eu', alsoFrom: ['us'], ...(needs ? { needs } : {}) });
    for (const name of ['eu', 'us']) await addEnvironment(world.home, name, name, { from: 'dev', ...FROM });
  };
  beforeEach(() => start());
  afterEach(() => world.dispose());

  /** Promotes what dev runs to a region, where it runs well or otherwise. */
  const reaches = async (region: string, standing: Parameters<World['deploys']>[2] = {}) => {
    await world.promote({ to: region });
    const { oid, tree } = await world.tip(region);
    await world.deploys(region, oid, { deployedTree: tree, ...standing });
  };

  it('waits until each of them runs the same content well, and says which does not', async () => {
    await world.ships({ 'app.yaml': 'one' });
    await reaches('eu');
    const first = await world.promote();
    expect(first.outcome).to.equal('Refused');
    expect(first.gates.map(({ gate, state }) => [gate, state])).to.deep.equal([
      ['healthy', 'Passed'],
      ['healthy (shop/us)', 'Blocked'],
    ]);
    expect(first.problems[0]?.message).to.equal('Nothing is deployed in shop/us yet.');
  });

  it('advances once all of them do, each by a commit of its own', async () => {
    await world.ships({ 'app.yaml': 'one' });
    await reaches('eu');
    await reaches('us', { health: 'Degraded', message: 'web: HTTP 500' });
    const waiting = await world.promote();
    expect(waiting.gates[1]).to.deep.include({
      gate: 'healthy (shop/us)',
      reason: 'shop/us is Degraded, Synced: web: HTTP 500',
    });
    await reaches('us');
    expect((await world.promote()).outcome).to.equal('Promoted');
  });

  it('does not advance what only one of them has', async () => {
    await world.ships({ 'app.yaml': 'one' });
    await reaches('eu');
    await reaches('us');
    await world.promote();
    await world.ships({ 'app.yaml': 'two' });
    await reaches('eu');
    const report = await world.promote();
    expect([report.outcome, report.gates[1]?.state]).to.deep.equal(['Waiting', 'Waiting']);
  });

  it('holds what a person merged by hand to all of them as well', async () => {
    await world.ships({ 'app.yaml': 'one' });
    await reaches('eu');
    await reaches('us');
    await world.promote();
    await world.ships({ 'app.yaml': 'two' });
    await reaches('eu');
    const merged = await world.push('prod', { 'app.yaml': 'two' }, 'Merge eu by hand');
    const target = await environmentOf(world.home, 'shop', 'prod');
    const permission = await permit(world.options, target, merged);
    expect(permission).to.have.property('message').that.contains('healthy (shop/us)');
  });

  describe('of which any is enough', () => {
    beforeEach(async () => {
      await world.dispose();
      await start('any');
    });

    it('advances what one of them runs well', async () => {
      await world.ships({ 'app.yaml': 'one' });
      await reaches('us');
      const report = await world.promote();
      expect(report).to.deep.include({ outcome: 'Promoted', from: 'us' });
    });

    it('is not taken to and fro by two that differ', async () => {
      await world.ships({ 'app.yaml': 'one' });
      await reaches('eu');
      await world.promote();
      await world.ships({ 'app.yaml': 'two' });
      await reaches('us');
      expect(await world.promote()).to.deep.include({ outcome: 'Promoted', from: 'us' });
      const { oid } = await world.tip();
      await world.deploys('prod', oid);
      await world.promote();
      expect((await world.tip()).oid).to.equal(oid);
    });
  });
});

describe('a promotion that leaves environments out', () => {
  let world: World;
  beforeEach(async () => {
    world = await createWorld({ from: 'preprod' });
    await addEnvironment(world.home, 'preprod', 'preprod', { from: 'dev', ...FROM });
  });
  afterEach(() => world.dispose());
  const leap = (from: string, reason: string) =>
    promote(world.options, 'shop', 'prod', { dryRun: false, leap: { from, reason } }, named('ann'));

  it('brings what runs further back, and writes down by whom and why', async () => {
    const revision = await world.ships({ 'app.yaml': 'one' });
    expect(await leap('dev', 'an outage')).to.deep.include({ outcome: 'Promoted', from: 'dev' });
    const [skip] = (await world.record(revision)).spec.skips ?? [];
    expect(skip).to.deep.include({ gate: 'environment preprod', by: 'ann', reason: 'an outage' });
  });

  it('is not taken back by the environment that was left out, which is behind', async () => {
    await world.ships({ 'app.yaml': 'one' });
    await world.promote({ to: 'preprod' });
    const { oid } = await world.tip('preprod');
    await world.deploys('preprod', oid);
    await world.promote();
    await world.ships({ 'app.yaml': 'two' });
    await leap('dev', 'an outage');
    const { outcome, problems } = await world.promote();
    expect([outcome, problems[0]?.reason]).to.deep.equal(['Refused', 'TargetAhead']);
  });

  it('needs a reason, and an environment that leads there', async () => {
    await world.ships({ 'app.yaml': 'one' });
    expect(await refusalOf(leap('dev', ' '))).to.equal('ReasonMissing');
    expect(await refusalOf(leap('elsewhere', 'why not'))).to.equal('UnknownSource');
  });
});
