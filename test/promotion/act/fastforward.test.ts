import { expect } from 'chai';
import { PILOTAGE_NAMESPACE, PROMOTIONS } from '../../../src/model/types.ts';
import { permit } from '../../../src/promotion/permit/permit.ts';
import { collect, collectable, KEPT } from '../../../src/promotion/record/collect.ts';
import { environmentOf } from '../../../src/promotion/record/lookup.ts';
import { createWorld, type World } from '../harness.ts';

describe('a promotion by fast-forward', () => {
  let world: World;
  beforeEach(async () => {
    world = await createWorld({ by: 'fast-forward', gates: { approvals: 1 } });
    const { approve, promote } = world;
    // A promotion is asked for only when it has been approved, so that what is tested here is how it moves the branch.
    world.promote = async (request) => {
      await approve('bob').catch(() => undefined);
      return promote(request);
    };
  });
  afterEach(() => world.dispose());

  const permission = async (revision: string) =>
    permit(world.options, await environmentOf(world.home, 'shop', 'prod'), revision);

  it('moves the branch to the revision itself, the first time and every other', async () => {
    for (const content of ['one', 'two']) {
      const revision = await world.ships({ 'app.yaml': content });
      expect(await world.promote()).to.deep.include({ outcome: 'Promoted', mergeCommit: revision });
      expect((await world.tip()).oid).to.equal(revision);
      expect((await world.record(revision)).status).to.deep.include({
        phase: 'Merged',
        message: 'prod was fast-forwarded to it.',
      });
    }
  });

  it('may be deployed, for its gates were open; the commit after it may not', async () => {
    const revision = await world.ships({ 'app.yaml': 'one' });
    await world.promote();
    expect(await permission(revision)).to.deep.equal({ type: 'allowed' });
    const next = await world.ships({ 'app.yaml': 'two' });
    expect((await permission(next)).type).to.equal('held');
  });

  it('is refused where the branch has a commit that the source lacks, which it names', async () => {
    await world.ships({ 'app.yaml': 'one' });
    await world.promote();
    const hotfix = await world.push('prod', { 'app.yaml': 'hot' }, 'Stop the leak');
    const back = await world.push('prod', { 'app.yaml': 'one' }, 'It was no leak');
    await world.ships({ 'app.yaml': 'two' });
    const { outcome, problems } = await world.promote();
    expect([outcome, problems[0]?.reason]).to.deep.equal(['Refused', 'NotFastForward']);
    expect(problems[0]?.details).to.deep.equal([`${hotfix.slice(0, 7)} Stop the leak`]);
    expect((await world.tip()).oid).to.equal(back);
  });

  it('goes on with merges where there were more of them before than records are kept', async () => {
    await world.deploys('prod', '', { promotionPolicy: { from: 'dev', auto: false, gates: {} } });
    // One of them runs, whose record is kept beside the others.
    for (let i = 0; i < KEPT.Merged + 2; i++) {
      await world.ships({ 'app.yaml': `${i}` });
      await world.promote();
      await world.clock.advance(1000);
    }
    const promotionPolicy = { from: 'dev', auto: false, gates: {}, by: 'fast-forward' } as const;
    await world.deploys('prod', (await world.tip()).oid, { promotionPolicy });
    const { items } = await world.home.list(PROMOTIONS, { namespace: PILOTAGE_NAMESPACE });
    const gone = collectable(items, await environmentOf(world.home, 'shop', 'prod'));
    expect(gone).to.have.length(1);
    await collect(world.home, gone);
    const revision = await world.ships({ 'app.yaml': 'next' });
    const before = (await world.tip()).oid;
    expect((await world.promote()).outcome).to.equal('Promoted');
    expect((await world.tip()).parents).to.deep.equal([before, revision]);
  });

  it('goes on when the branch was merged into that of the source', async () => {
    await world.ships({ 'app.yaml': 'one' });
    await world.promote();
    const hotfix = await world.push('prod', { 'app.yaml': 'fixed' }, 'Stop the leak');
    await world.ships({ 'app.yaml': 'fixed', 'new.yaml': 'x' });
    expect((await world.promote()).problems[0]?.reason).to.equal('NotFastForward');
    const main = await world.tip('main');
    const merged = await world.repository.commitTree({
      tree: main.tree,
      parents: [main.oid, hotfix],
      message: 'Merge prod',
      author: main.author,
    });
    await world.repository.moveBranch('main', merged, main.oid);
    await world.deploys('dev', merged);
    await world.deploys('prod', hotfix);
    expect((await world.promote()).mergeCommit).to.equal(merged);
  });
});
