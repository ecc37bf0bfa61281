import { expect } from 'chai';
import { rfc3339 } from '../../../src/base/clock.ts';
import { createPromotionActions } from '../../../src/promotion/actions.ts';
import { permit } from '../../../src/promotion/permit/permit.ts';
import { environmentOf } from '../../../src/promotion/record/lookup.ts';
import { until } from '../../fakes/until.ts';
import { createWorld, startController, type World } from '../harness.ts';

describe('a promotion that was taken back on the branch of its target', () => {
  let world: World;
  let stop: (() => Promise<void>) | undefined;
  /** dev and prod at two, prod taken back to one. */
  async function begin(auto = false): Promise<{ two: string; revert: string }> {
    world = await createWorld({ auto });
    const one = await world.ships({ 'app.yaml': 'one', 'other.yaml': 'x' });
    await world.promote();
    const two = await world.ships({ 'app.yaml': 'two', 'other.yaml': 'x' }, 'Second');
    await world.promote();
    const revert = await world.push('prod', { 'app.yaml': 'one', 'other.yaml': 'x' }, 'Back to what worked');
    await world.released(revert);
    expect((await world.repository.commit(one)).tree).to.equal((await world.repository.commit(revert)).tree);
    return { two, revert };
  }
  afterEach(async () => {
    await stop?.();
    stop = undefined;
    await world.dispose();
  });

  const reasons = async () => (await world.promote()).problems.map(({ reason }) => reason);

  it('is not promoted again by hand without a word, which is named', async () => {
    const { two, revert } = await begin();
    const report = await world.promote();
    expect(report.outcome).to.equal('Refused');
    expect(report.problems[0]).to.deep.include({
      reason: 'Rejected',
      message: `Ada reverted ${two.slice(0, 7)} on prod (${revert.slice(0, 7)} Back to what worked); it is not promoted to shop/prod again unless a person asks for it.`,
    });
    expect(report.problems[0]?.remedy).to.contain('pilotage promote shop/prod --again');
    expect((await world.tip()).oid).to.equal(revert);
  });

  it('is not promoted again by itself, and is written down as taken back', async () => {
    const { two, revert } = await begin(true);
    stop = startController(world.options);
    await world.deploys('prod', revert, { wantedRevision: revert });
    await until(async () => (await world.record(two)).status?.rejectedBy === revert);
    const { at } = (await world.repository.commit(revert)).committer;
    expect((await world.record(two)).status?.rejectedAt).to.equal(rfc3339(at));
    await world.deploys('dev', two, { message: 'looked at again' });
    await world.clock.advance(120_000);
    expect((await world.record(two)).status?.phase).to.equal('Rejected');
    expect((await world.tip()).oid).to.equal(revert);
  });

  it('is promoted again when a person says so, once', async () => {
    await begin();
    expect((await world.promote({ again: true })).outcome).to.equal('Promoted');
    expect((await world.promote()).outcome).to.equal('UpToDate');
    await world.push('prod', { 'app.yaml': 'one', 'other.yaml': 'x' }, 'Back once more');
    expect(await reasons()).to.deep.equal(['Rejected']);
  });

  it('comes again with whatever still has all of it, and so waits for a word as well', async () => {
    const { two } = await begin();
    await world.ships({ 'app.yaml': 'two', 'other.yaml': 'y' }, 'Something else');
    const [problem] = (await world.promote()).problems;
    expect(problem?.message)
      .to.contain(`reverted ${two.slice(0, 7)} on prod`)
      .and.contain('still has all of it');
  });

  it('stands in the way of no revision that corrects it', async () => {
    await begin();
    await world.ships({ 'app.yaml': 'three', 'other.yaml': 'x' });
    expect((await world.promote()).outcome).to.equal('Promoted');
  });

  it('is remembered when the source comes back to it after something else was promoted', async () => {
    await begin();
    await world.ships({ 'app.yaml': 'three', 'other.yaml': 'x' });
    await world.promote();
    await world.ships({ 'app.yaml': 'two', 'other.yaml': 'x' });
    expect(await reasons()).to.deep.equal(['Rejected']);
  });

  it('is over when the target has it again, by whatever way', async () => {
    await begin();
    await world.push('prod', { 'app.yaml': 'two', 'other.yaml': 'x' }, 'Revert the revert');
    await world.ships({ 'app.yaml': 'two', 'other.yaml': 'y' });
    expect((await world.promote()).outcome).to.equal('Promoted');
  });

  it('is none where the source itself went back, and a person merged that by hand', async () => {
    world = await createWorld();
    await world.ships({ 'app.yaml': 'one' });
    await world.promote();
    await world.ships({ 'app.yaml': 'two' });
    await world.promote();
    await world.ships({ 'app.yaml': 'one' }, 'Revert on the source');
    await world.push('prod', { 'app.yaml': 'one' }, 'Squashed by hand');
    await world.ships({ 'app.yaml': 'four' });
    expect((await world.promote()).outcome).to.equal('Promoted');
  });

  it('is told by what holds the environment, and by what runs there', async () => {
    const { two, revert } = await begin();
    const target = await environmentOf(world.home, 'shop', 'prod');
    const { gatesTo } = createPromotionActions(world.options);
    expect((await gatesTo(target)).problems.map(({ reason }) => reason)).to.deep.equal(['Rejected']);
    const permission = await permit(world.options, target, revert);
    expect(permission.type === 'allowed' && permission.note).to.contain(
      `${revert.slice(0, 7)} reverts ${two.slice(0, 7)}`,
    );
  });
});
