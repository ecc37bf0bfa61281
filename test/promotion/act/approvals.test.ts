import { expect } from 'chai';
import { rfc3339 } from '../../../src/base/clock.ts';
import { approve } from '../../../src/promotion/act/approve.ts';
import { backport } from '../../../src/promotion/act/backport.ts';
import { gatherFacts } from '../../../src/promotion/decide/facts.ts';
import { named, signedIn } from '../../fakes/user.ts';
import { createWorld, refusalOf, type World } from '../harness.ts';

describe('asking for a promotion', () => {
  let world: World;
  before(async () => {
    world = await createWorld();
  });
  after(() => world.dispose());

  const gathered = (environment: string, delivery = 'shop') =>
    gatherFacts(world.options, delivery, environment);

  it('to an environment that does not exist says so', async () => {
    expect(await refusalOf(gathered('staging'))).to.equal('NotFound');
  });

  it('to an environment that nothing leads to says where its revisions come from', async () => {
    expect(await refusalOf(gathered('dev'))).to.equal('NoPromotion');
  });

  it('before anything was deployed says what to do first', async () => {
    expect(await refusalOf(gathered('prod'))).to.equal('NothingToPromote');
  });
});

describe('approvals', () => {
  let world: World;
  beforeEach(async () => {
    world = await createWorld({ gates: { approvals: 2 } });
  });
  afterEach(() => world.dispose());

  it('open the gate when enough people gave one each', async () => {
    await world.ships({ 'app.yaml': 'one' });
    expect((await world.promote()).outcome).to.equal('Waiting');
    expect((await world.approve('bob')).outcome).to.equal('Waiting');
    expect((await world.approve('bob')).outcome).to.equal('Waiting');
    expect((await world.approve('cyd')).outcome).to.equal('WouldPromote');
    expect((await world.promote()).outcome).to.equal('Promoted');
  });

  it('are bound to the revision: a new push asks again', async () => {
    const first = await world.ships({ 'app.yaml': 'one' });
    await world.approve('bob');
    await world.approve('cyd');
    await world.ships({ 'app.yaml': 'two' });
    const report = await world.promote();
    expect(report.outcome).to.equal('Waiting');
    expect(report.gates.find(({ gate }) => gate === 'approvals')?.reason).to.match(/^0 of 2/);
    expect((await world.record(first)).spec.approvals).to.have.length(2);
  });

  it('of the author do not count', async () => {
    await world.ships({ 'app.yaml': 'one' });
    await world.approve('bob');
    const { gates } = await world.approve('Ada@Example.com');
    expect(gates.find(({ gate }) => gate === 'approvals')?.reason).to.match(/^1 of 2.*author/);
  });

  it('given at the same moment are all kept', async () => {
    const revision = await world.ships({ 'app.yaml': 'one' });
    await Promise.all(['bob', 'cyd', 'dee', 'eve'].map((by) => world.approve(by)));
    expect((await world.record(revision)).spec.approvals?.map(({ by }) => by)).to.have.members([
      'bob',
      'cyd',
      'dee',
      'eve',
    ]);
  });

  it('of whoever wrote or committed an earlier commit that comes along do not count', async () => {
    const [bob, cyd] = ['bob', 'cyd'].map((name) => ({ name, email: `${name}@example.com`, at: 0 }));
    await world.ships({ 'app.yaml': 'one' });
    const first = await world.push('main', { 'app.yaml': 'two' });
    const { tree } = await world.repository.commit(first);
    const rebased = await world.repository.commitTree({
      tree,
      parents: [first],
      message: 'rebased\n\nCo-authored-by: Dee <dee@example.com>\n',
      author: bob ?? { name: '', email: '', at: 0 },
      committer: cyd ?? { name: '', email: '', at: 0 },
    });
    await world.repository.moveBranch('main', rebased, first);
    await world.ships({ 'app.yaml': 'three' });
    for (const by of ['Bob', 'cyd@example.com', 'dee']) await world.approve(by);
    const { gates } = await world.approve('eve');
    expect(gates.find(({ gate }) => gate === 'approvals')?.reason).to.match(
      /^1 of 2 approvals for \w+ \(eve\)/,
    );
  });

  it('of whoever wrote what was taken back and brought again by somebody else do not count', async () => {
    const deployed = await world.ships({ 'app.yaml': 'one' });
    await world.released(deployed);
    const trees = await Promise.all([
      world.push('elsewhere', { 'app.yaml': 'evil' }).then((oid) => world.repository.commit(oid)),
      world.repository.commit(deployed),
    ]);
    const [evil = '', good = ''] = trees.map(({ tree }) => tree);
    let tip = deployed;
    for (const [name, tree] of [
      ['eve', evil],
      ['eve', good],
      ['bob', evil],
    ] as const) {
      const author = { name, email: `${name}@example.com`, at: 0 };
      tip = await world.repository.commitTree({ tree, parents: [tip], message: name, author });
    }
    await world.repository.moveBranch('main', tip, deployed);
    await world.deploys('dev', tip);
    const { gates } = await world.approve('eve');
    expect(gates.find(({ gate }) => gate === 'approvals')?.reason).to.match(/^0 of 2 approvals/);
  });

  it('of whoever pushed any of it do not count, whatever name stands on the commits', async () => {
    const first = await world.ships({ 'app.yaml': 'one' });
    await world.ships({ 'app.yaml': 'two' });
    world.pushedBy('eve', first);
    await world.approve('eve');
    const { gates } = await world.approve('bob');
    expect(gates.find(({ gate }) => gate === 'approvals')?.reason).to.match(
      /^1 of 2 approvals for \w+ \(bob\); eve’s own approval does not count \(a pusher of what it brings\)/,
    );
  });

  it('of the owner of a robot that pushed do not count, for it pushed for them', async () => {
    const revision = await world.ships({ 'app.yaml': 'one' });
    world.pushedBy('eve', revision, { program: 'robot:eve.ci' });
    const { gates } = await world.approve('eve');
    expect(gates.find(({ gate }) => gate === 'approvals')?.reason).to.contain('eve’s own approval');
  });

  it('of whoever pushed any of it do not count when they sign in with another account of theirs either', async () => {
    const revision = await world.ships({ 'app.yaml': 'one' });
    world.pushedBy('eve', revision, { aliases: ['evelyn@example.com'] });
    const other = { ...signedIn('root-2'), aliases: ['evelyn@example.com'] };
    const { gates } = await approve(world.options, 'shop', 'prod', {}, other);
    expect(gates.find(({ gate }) => gate === 'approvals')?.reason).to.match(/^0 of 2.*root-2’s own approval/);
  });

  it('of whoever pushed or committed a hotfix do not count for its backport, which Pilotage committed', async () => {
    await world.ships({ 'app.yaml': 'one' });
    const prod = await world.push('prod', { 'app.yaml': 'one' });
    await world.released(prod);
    const { tree } = await world.repository.commit(await world.push('elsewhere', { 'app.yaml': 'hotfix' }));
    const [author, committer] = ['zed', 'cyd'].map((name) => ({ name, email: `${name}@x.org`, at: 0 }));
    const hotfix = await world.repository.commitTree({
      tree,
      parents: [prod],
      message: 'hotfix',
      author: author ?? { name: '', email: '', at: 0 },
      ...(committer ? { committer } : {}),
    });
    await world.repository.moveBranch('prod', hotfix, prod);
    world.pushedBy('eve', hotfix);
    await backport(world.options, 'shop', 'prod', { dryRun: false }, named('root'));
    await world.deploys('dev', (await world.tip('main')).oid);
    for (const by of ['eve', 'cyd']) await world.approve(by);
    const { gates } = await world.approve('bob');
    expect(gates.find(({ gate }) => gate === 'approvals')?.reason).to.match(
      /^1 of 2 approvals for \w+ \(bob\)/,
    );
  });

  it('of whoever pushed something else, or what is deployed already, count', async () => {
    const first = await world.ships({ 'app.yaml': 'one' });
    world.pushedBy('eve', first);
    world.pushedBy('bob', await world.push('elsewhere', { 'app.yaml': 'other' }));
    await world.released(first);
    await world.ships({ 'app.yaml': 'two' });
    await world.approve('eve');
    expect((await world.approve('bob')).outcome).to.equal('WouldPromote');
  });

  it('of authors whose work is deployed already count again', async () => {
    const first = await world.ships({ 'app.yaml': 'one' });
    await world.released(first);
    const old = await world.push('main', { 'app.yaml': 'two' });
    const { tree } = await world.repository.commit(old);
    const who = { name: 'bob', email: 'bob@example.com', at: Date.now() };
    const next = await world.repository.commitTree({ tree, parents: [old], message: 'x', author: who });
    await world.repository.moveBranch('main', next, old);
    await world.deploys('dev', next);
    const { gates } = await world.approve('bob');
    expect(gates.find(({ gate }) => gate === 'approvals')?.reason).to.match(/^0 of 2/);
    await world.released(next);
    await world.ships({ 'app.yaml': 'three' });
    const after = await world.approve('bob');
    expect(after.gates.find(({ gate }) => gate === 'approvals')?.reason).to.match(/^1 of 2/);
  });

  it('are of the revision that was looked at, and of no other', async () => {
    const first = await world.ships({ 'app.yaml': 'one' });
    const second = await world.ships({ 'app.yaml': 'two' });
    expect(await refusalOf(world.approve('bob', first.slice(0, 12)))).to.equal('RevisionChanged');
    expect(await refusalOf(world.record(second))).to.contain('not found');
    await world.approve('bob', second.slice(0, 12));
    expect((await world.record(second)).spec.approvals).to.deep.include({
      by: 'bob',
      at: rfc3339(world.clock.now()),
      verified: true,
    });
  });

  it('under a name that an older version took from the holder of the token do not count, nor stand in for that person', async () => {
    await world.ships({ 'app.yaml': 'one' });
    await approve(world.options, 'shop', 'prod', {}, named('bob'));
    const typed = await approve(world.options, 'shop', 'prod', {}, named('cyd'));
    expect(typed.gates.find(({ gate }) => gate === 'approvals')?.reason).to.match(
      /^0 of 2 approvals.*that of bob does not count \(a typed name: nobody was signed in\)/,
    );
    await world.approve('bob');
    expect((await world.approve('cyd')).outcome).to.equal('WouldPromote');
  });

  it('of what the target already runs are not asked for', async () => {
    await world.ships({ 'app.yaml': 'one' });
    const prod = await world.push('prod', { 'app.yaml': 'one' });
    const deployedTree = (await world.repository.commit(prod)).tree;
    await world.deploys('prod', prod, { deployedTree });
    expect((await world.approve('bob')).outcome).to.equal('UpToDate');
  });
});
