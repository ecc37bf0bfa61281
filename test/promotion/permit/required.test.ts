import { expect } from 'chai';
import { ENVIRONMENTS, PILOTAGE_NAMESPACE } from '../../../src/model/types.ts';
import { createPromotionActions } from '../../../src/promotion/actions.ts';
import { permit } from '../../../src/promotion/permit/permit.ts';
import { refuseUnpromoted } from '../../../src/promotion/permit/required.ts';
import { environmentOf } from '../../../src/promotion/record/lookup.ts';
import { commit, type Files } from '../../git/support/history.ts';
import { createWorld, type World } from '../harness.ts';

describe('an environment that demands promotion', () => {
  let world: World;
  let deployed: string;
  beforeEach(async () => {
    world = await createWorld({ required: true });
    await world.ships({ 'app.yaml': 'one' });
    await world.promote();
    deployed = (await world.tip()).oid;
    await world.released(deployed);
  });
  afterEach(() => world.dispose());

  const prod = (name = 'prod') => environmentOf(world.home, 'shop', name);
  /** What is said to a push that would move the branch of the target to these files, on top of its tip. */
  const pushes = async (files: Files | null, parent = deployed, name = 'prod') => {
    const to = files && (await commit(world.repository, files, parent === '' ? [] : [parent]));
    return refuseUnpromoted(world.options, await prod(name), { to, pushed: world.repository });
  };
  const heldBy = async (revision: string) => {
    const permission = await permit(world.options, await prod(), revision);
    return permission.type === 'held' ? permission.message : permission.type;
  };

  it('refuses a commit that is pushed to its branch, and says how it gets there', async () => {
    const problem = await pushes({ 'app.yaml': 'hotfix' });
    expect(problem?.reason).to.equal('PromotionRequired');
    expect(problem?.message).to.contain('shop/prod demands promotion');
    expect(problem?.remedy).to.contain('pilotage promote shop/prod').and.contain('pilotage pin shop/prod');
  });

  it('takes a merge or a squash by hand that brings what its source has', async () => {
    await world.ships({ 'app.yaml': 'two' });
    expect(await pushes({ 'app.yaml': 'two' })).to.equal(undefined);
  });

  it('takes nothing that stood on a side branch of its source alone, although the source has merged it', async () => {
    const first = (await world.tip('main')).oid;
    const side = await commit(world.repository, { 'app.yaml': 'evil' }, [first]);
    const merge = await commit(world.repository, { 'app.yaml': 'two' }, [first, side]);
    await world.repository.moveBranch('main', merge, first);
    expect((await pushes({ 'app.yaml': 'evil' }))?.reason).to.equal('PromotionRequired');
    expect(await pushes({ 'app.yaml': 'two' })).to.equal(undefined);
  });

  it('takes what ran in its source, although it is no first parent there any more', async () => {
    const first = (await world.tip('main')).oid;
    const ran = await world.ships({ 'app.yaml': 'two' });
    await world.released(ran, 'commit', 'dev');
    const other = await commit(world.repository, { 'app.yaml': 'three' }, [first]);
    const merge = await commit(world.repository, { 'app.yaml': 'four' }, [other, ran]);
    await world.repository.moveBranch('main', merge, ran);
    expect(await pushes({ 'app.yaml': 'two' })).to.equal(undefined);
    expect((await pushes({ 'app.yaml': 'five' }))?.reason).to.equal('PromotionRequired');
  });

  it('takes its first branch by a promotion, or by a push of what its source has, and not otherwise', async () => {
    const fresh = await createWorld({ required: true });
    await fresh.ships({ 'app.yaml': 'one' });
    const target = await environmentOf(fresh.home, 'shop', 'prod');
    const asked = async (files: Files) => {
      const to = await commit(fresh.repository, files, []);
      return (await refuseUnpromoted(fresh.options, target, { to, pushed: fresh.repository }))?.reason;
    };
    expect(await asked({ 'app.yaml': 'other' })).to.equal('PromotionRequired');
    expect(await asked({ 'app.yaml': 'one' })).to.equal(undefined);
    expect((await fresh.promote()).outcome).to.equal('Promoted');
    await fresh.dispose();
  });

  it('takes a revert to what was released there', async () => {
    await world.ships({ 'app.yaml': 'two' });
    await world.promote();
    expect(await pushes({ 'app.yaml': 'one' }, (await world.tip()).oid)).to.equal(undefined);
  });

  it('takes no revert that brings back an older file, which may demand less', async () => {
    await world.ships({ 'app.yaml': 'one', 'pilotage.yaml': 'required' });
    await world.promote();
    await world.released((await world.tip()).oid);
    expect((await pushes({ 'app.yaml': 'one' }))?.reason).to.equal('PromotionRequired');
  });

  it('does not let its branch be deleted by a push', async () => {
    expect((await pushes(null))?.remedy).to.contain('pilotage delete shop/prod');
  });

  it('takes nothing while its source is not there, for nobody knows what a promotion would be', async () => {
    await world.home.delete(ENVIRONMENTS, { namespace: PILOTAGE_NAMESPACE, name: 'shop.dev' });
    expect((await pushes({ 'app.yaml': 'two' }))?.details).to.deep.equal(['There is no shop/dev yet.']);
  });

  it('says nothing to a push to another branch', async () => {
    expect(await pushes({ 'app.yaml': 'hotfix' }, deployed, 'dev')).to.equal(undefined);
    expect(await pushes(null, deployed, 'dev')).to.equal(undefined);
  });

  it('does not deploy a direct commit of a remote either, whoever approves it, and says the same words', async () => {
    const refused = await pushes({ 'app.yaml': 'hotfix' });
    const hotfix = await world.push('prod', { 'app.yaml': 'hotfix' });
    const held = await heldBy(hotfix);
    expect(held)
      .to.contain(refused?.remedy ?? '?')
      .and.contain(`${hotfix.slice(0, 7)} is none`);
    const { outcome, problems } = await world.approve('bob');
    expect([outcome, problems.map(({ reason }) => reason)]).to.deep.equal(['Refused', ['TargetDiverged']]);
    expect(await heldBy(hotfix)).to.equal(held);
  });

  it('names what is missing as a gate that is closed', async () => {
    await world.push('prod', { 'app.yaml': 'hotfix' });
    const { gates } = await createPromotionActions(world.options).gatesTo(await prod());
    expect(gates.map(({ gate, state }) => `${gate} ${state}`)).to.deep.equal(['promotion Blocked']);
  });

  it('goes on when a direct commit of a remote is taken back there, or brought to its source', async () => {
    const hotfix = await world.push('prod', { 'app.yaml': 'hotfix' });
    const back = await world.push('prod', { 'app.yaml': 'one' });
    expect(await heldBy(back)).to.equal('allowed');
    await world.push('prod', { 'app.yaml': 'hotfix' });
    await world.ships({ 'app.yaml': 'hotfix' });
    expect(await heldBy(hotfix)).to.equal('allowed');
  });
});
