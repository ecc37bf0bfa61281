import { expect } from 'chai';
import { ProblemError } from '../../../src/base/errors.ts';
import { promoteTogether } from '../../../src/promotion/act/together.ts';
import { permit } from '../../../src/promotion/permit/permit.ts';
import { environmentOf } from '../../../src/promotion/record/lookup.ts';
import { fakeForge } from '../../fakes/forge.ts';
import { named } from '../../fakes/user.ts';
import { addEnvironment, createWorld, type World } from '../harness.ts';

describe('promotions together', () => {
  let world: World;
  beforeEach(async () => {
    world = await createWorld();
    await addEnvironment(world.home, 'eu', 'eu', { from: 'dev', auto: false, gates: {} });
    await world.ships({ 'app.yaml': 'one' });
    for (const to of ['prod', 'eu']) await world.promote({ to });
  });
  afterEach(() => world.dispose());

  const both = [
    { delivery: 'shop', environment: 'prod' },
    { delivery: 'shop', environment: 'eu' },
  ];
  const together = (dryRun = false) => promoteTogether(world.options, both, { dryRun }, named('ann'));
  const trees = async () => [(await world.tip('prod')).tree, (await world.tip('eu')).tree];
  const treeOf = async (revision: string) => (await world.repository.commit(revision)).tree;
  /** Somebody pushes to a branch in the moment in which it is to move. */
  const overtake = (branch: string) => {
    const { publish } = world.options;
    Object.assign(world.options, {
      publish: async (move: Parameters<typeof publish>[0]) =>
        move.branch === branch ? 'rejected' : publish(move),
    });
    return () => Object.assign(world.options, { publish });
  };

  it('move all when every gate of all is open', async () => {
    const tree = await treeOf(await world.ships({ 'app.yaml': 'two' }));
    const { outcome, members } = await together();
    expect([outcome, members.map((one) => one.outcome)]).to.deep.equal([
      'Promoted',
      ['Promoted', 'Promoted'],
    ]);
    expect(await trees()).to.deep.equal([tree, tree]);
  });

  it('move none where a gate of one is closed, nor where they are only tried', async () => {
    await world.ships({ 'app.yaml': 'two' });
    const before = await trees();
    expect((await together(true)).outcome).to.equal('WouldPromote');
    await world.push('eu', { 'app.yaml': 'hotfix' });
    const [first] = before;
    expect((await together()).outcome).to.equal('Refused');
    expect((await trees())[0]).to.equal(first);
  });

  it('take back what has moved when one of them does not move, and may all be tried again', async () => {
    const [before] = await trees();
    const tree = await treeOf(await world.ships({ 'app.yaml': 'two' }));
    const restore = overtake('eu');
    const report = await together();
    expect([report.outcome, report.problems.length]).to.deep.equal(['TakenBack', 1]);
    expect(report.problems[0]?.message).to.contain('shop/eu did not move');
    const tip = await world.tip('prod');
    expect(tip.tree).to.equal(before);
    expect(tip.message).to.contain('of which one did not move').and.contain('Pilotage-Reverts: dev@');
    const target = await environmentOf(world.home, 'shop', 'prod');
    expect((await permit(world.options, target, tip.oid)).type).to.equal('allowed');
    restore();
    expect((await together()).outcome).to.equal('Promoted');
    expect(await trees()).to.deep.equal([tree, tree]);
  });

  it('say which one stays moved where it cannot be taken back', async () => {
    await world.ships({ 'app.yaml': 'two' });
    const { publish } = world.options;
    let moves = 0;
    Object.assign(world.options, {
      publish: async (move: Parameters<typeof publish>[0]) => (++moves > 1 ? 'rejected' : publish(move)),
    });
    const { outcome, problems } = await together();
    expect([outcome, problems.map(({ reason }) => reason)]).to.deep.equal([
      'PartlyMoved',
      ['TargetMoved', 'StaysMoved'],
    ]);
    expect(problems[1]?.message).to.contain('shop/prod moved, and was not taken back: somebody pushed');
  });

  it('are refused where one could not be taken back: a first promotion, another pilotage.yaml', async () => {
    await addEnvironment(world.home, 'us', 'us', { from: 'dev', auto: false, gates: {} });
    const withUs = [...both, { delivery: 'shop', environment: 'us' }];
    await world.ships({ 'app.yaml': 'two' });
    const ask = (members: typeof both) =>
      promoteTogether(world.options, members, { dryRun: false }, named('ann'));
    const first = await ask(withUs);
    expect([first.outcome, first.members[2]?.problems[0]?.reason]).to.deep.equal(['Refused', 'NotTogether']);
    await world.ships({ 'app.yaml': 'two', 'pilotage.yaml': 'other' });
    const second = await ask(both);
    expect([second.outcome, second.members[0]?.problems[0]?.reason]).to.deep.equal([
      'Refused',
      'NotTogether',
    ]);
  });

  it('take back what has moved where the push of one is refused, and open no pull request for it', async () => {
    world.forge = fakeForge();
    const [before] = await trees();
    await world.ships({ 'app.yaml': 'two' });
    const { publish } = world.options;
    Object.assign(world.options, {
      publish: async (move: Parameters<typeof publish>[0]) => {
        if (move.branch !== 'eu') return publish(move);
        throw new ProblemError({ reason: 'PushRefused', message: 'eu takes no push' });
      },
    });
    const { outcome, problems } = await together();
    expect([outcome, problems.map(({ reason }) => reason)]).to.deep.equal(['TakenBack', ['PushRefused']]);
    expect((await world.tip('prod')).tree).to.equal(before);
    expect(world.forge.kept.pullRequests.size).to.equal(0);
  });

  it('are refused where one would come by pull request: its branch is protected, or one is open for it', async () => {
    const forge = fakeForge();
    world.forge = forge;
    const before = await trees();
    await world.ships({ 'app.yaml': 'two' });
    forge.protectedBranches = ['eu'];
    const refused = await together();
    expect([refused.outcome, refused.members[1]?.problems[0]?.message]).to.deep.equal([
      'Refused',
      'The branch eu of shop/eu is protected: what is promoted there comes by pull request, and cannot move together with others.',
    ]);
    expect((await world.promote({ to: 'eu' })).outcome).to.equal('Proposed');
    forge.protectedBranches = [];
    const open = await together();
    expect(open.outcome).to.equal('Refused');
    expect(open.members[1]?.problems[0]?.message).to.contain('Pull request 1 brings');
    expect(await trees()).to.deep.equal(before);
  });
});
