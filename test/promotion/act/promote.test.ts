import { expect } from 'chai';
import { promotedFrom, trailerValues } from '../../../src/git/objects/trailers.ts';
import { ENVIRONMENTS, PILOTAGE_NAMESPACE, PROMOTIONS } from '../../../src/model/types.ts';
import { promote } from '../../../src/promotion/act/promote.ts';
import { named } from '../../fakes/user.ts';
import { createWorld, refusalOf, type World } from '../harness.ts';

describe('a promotion', () => {
  let world: World;
  beforeEach(async () => {
    world = await createWorld();
  });
  afterEach(() => world.dispose());

  it('creates the branch of its target the first time, with the tree that was tested', async () => {
    const revision = await world.ships({ 'app.yaml': 'one' });
    const report = await world.promote();
    const tip = await world.tip();
    expect(report).to.deep.include({ outcome: 'Promoted', revision, mergeCommit: tip.oid });
    expect(tip).to.deep.include({
      tree: (await world.repository.commit(revision)).tree,
      parents: [revision],
    });
  });

  it('is a merge commit with two parents, the target first, and the tree of the source', async () => {
    await world.ships({ 'app.yaml': 'one' });
    await world.promote();
    const before = await world.tip();
    const revision = await world.ships({ 'app.yaml': 'two', 'new.yaml': 'x' });
    await world.promote();
    const tip = await world.tip();
    expect(tip.parents).to.deep.equal([before.oid, revision]);
    expect(tip.tree).to.equal((await world.repository.commit(revision)).tree);
  });

  it('says in its message what it promotes, and who asked for it', async () => {
    const revision = await world.ships({ 'app.yaml': 'one' }, 'Raise the limit\n\nbecause');
    await world.promote({ by: 'ann' });
    const { message, author } = await world.tip();
    expect(message.split('\n', 1)[0]).to.equal('Promote dev to prod: Raise the limit');
    expect(promotedFrom(message)).to.deep.equal({ environment: 'dev', revision });
    expect(trailerValues(message, 'Requested-by')).to.deep.equal(['ann']);
    expect(author).to.deep.equal({ name: 'Pilotage', email: 'pilotage@localhost', at: world.clock.now() });
  });

  it('names the commits that the target gains', async () => {
    await world.ships({ 'app.yaml': 'one' });
    await world.promote();
    await world.push('main', { 'app.yaml': 'two' }, 'second');
    await world.ships({ 'app.yaml': 'three' }, 'third');
    const { commits } = await world.promote();
    expect(commits.map((line) => line.slice(8))).to.deep.equal(['third', 'second']);
  });

  it('is recorded, with the merge that it became', async () => {
    const revision = await world.ships({ 'app.yaml': 'one' });
    const { mergeCommit } = await world.promote({ by: 'ann' });
    const { spec, status } = await world.record(revision);
    expect(spec).to.deep.include({ from: 'dev', to: 'prod', revision, requestedBy: 'ann' });
    expect(status).to.deep.include({ phase: 'Merged', mergeCommit });
  });

  it('has nothing to do a second time, and writes nothing', async () => {
    await world.ships({ 'app.yaml': 'one' });
    await world.promote();
    expect((await world.promote()).outcome).to.equal('UpToDate');
    expect(world.published).to.deep.equal(['prod']);
  });

  it('that is only tried writes nothing at all', async () => {
    await world.ships({ 'app.yaml': 'one' });
    expect((await world.promote({ dryRun: true })).outcome).to.equal('WouldPromote');
    expect(await world.repository.branches()).to.have.keys('main');
    expect((await world.home.list(PROMOTIONS, { namespace: PILOTAGE_NAMESPACE })).items).to.deep.equal([]);
  });

  it('whose result does not render is refused before anything is pushed', async () => {
    const revision = await world.ships({ 'app.yaml': 'one' });
    world.rehearsal = [
      { reason: 'TemplateError', message: 'no such helper', place: { file: 'web.hbs', line: 3 } },
    ];
    const report = await world.promote();
    expect(report).to.deep.include({ outcome: 'Refused', problems: world.rehearsal });
    expect(world.published).to.deep.equal([]);
    expect((await world.record(revision)).status).to.deep.include({
      phase: 'Refused',
      message: 'no such helper',
    });
  });

  it('loses nothing when somebody moves the branch in the same moment', async () => {
    await world.ships({ 'app.yaml': 'one' });
    await world.promote();
    await world.ships({ 'app.yaml': 'two' });
    let hotfix = '';
    world.meanwhile = async () => {
      hotfix = await world.push('prod', { 'app.yaml': 'hotfix' });
    };
    expect(await refusalOf(world.promote())).to.equal('TargetMoved');
    expect((await world.tip()).oid).to.equal(hotfix);
  });

  it('is refused while the target holds a commit that the source lacks, which it names', async () => {
    await world.ships({ 'app.yaml': 'one' });
    await world.promote();
    const hotfix = await world.push('prod', { 'app.yaml': 'hotfix' }, 'Stop the leak');
    await world.ships({ 'app.yaml': 'two' });
    const report = await world.promote();
    expect(report.problems[0]).to.deep.include({
      reason: 'TargetDiverged',
      details: [`${hotfix.slice(0, 7)} Stop the leak`],
    });
    expect((await world.tip()).oid).to.equal(hotfix);
  });

  it('goes on once the hotfix has come back to the source', async () => {
    await world.ships({ 'app.yaml': 'one' });
    await world.promote();
    await world.push('prod', { 'app.yaml': 'hotfix' });
    await world.push('main', { 'app.yaml': 'hotfix' }, 'cherry-picked');
    await world.ships({ 'app.yaml': 'two' });
    expect((await world.promote()).outcome).to.equal('Promoted');
  });

  describe('to a branch that was deleted', () => {
    const deleteBranch = async () => {
      const { oid } = await world.tip();
      await world.deploys('prod', oid, { deployedTree: (await world.tip()).tree });
      await world.repository.writes.run(async () =>
        world.repository.refs.update('refs/heads/prod', null, oid),
      );
      return oid;
    };
    beforeEach(async () => {
      await world.ships({ 'app.yaml': 'one' });
      await world.promote();
    });

    it('goes on from where it was, so that what is deployed stays reachable', async () => {
      const before = await deleteBranch();
      const revision = await world.ships({ 'app.yaml': 'two' });
      expect((await world.promote()).outcome).to.equal('Promoted');
      expect((await world.tip()).parents).to.deep.equal([before, revision]);
    });

    it('brings it back as it was where nothing is to be merged', async () => {
      const before = await deleteBranch();
      expect((await world.promote({ dryRun: true })).outcome).to.equal('WouldPromote');
      expect((await world.promote()).outcome).to.equal('Restored');
      expect((await world.tip()).oid).to.equal(before);
    });

    it('is nothing that happens by itself', async () => {
      await deleteBranch();
      await world.ships({ 'app.yaml': 'two' });
      const auto = { dryRun: false, auto: true };
      expect(
        (await promote(world.options, 'shop', 'prod', auto, named('pilotage'))).problems[0]?.reason,
      ).to.equal('BranchMissing');
      expect(await world.repository.branches()).to.have.keys('main');
    });
  });

  const conditions = (type: string, message: string) => [
    { type, status: 'True', reason: 'Test', message, lastTransitionTime: '2026-01-01T00:00:00Z' } as const,
  ];

  it('is refused while the target is held, for it would not follow', async () => {
    await world.ships({ 'app.yaml': 'one' });
    await world.deploys('prod', 'a'.repeat(40), {
      conditions: conditions('Held', 'branch prod was rewritten'),
    });
    const { problems } = await world.promote();
    expect(problems[0]?.message).to.equal('shop/prod is held: branch prod was rewritten');
  });

  it('says with its answer when the target does not follow what was pushed', async () => {
    const revision = await world.ships({ 'app.yaml': 'one' });
    const { publish } = world.options;
    Object.assign(world.options, {
      publish: async (...args: Parameters<typeof publish>) => {
        await world.deploys('prod', revision, {
          conditions: conditions('Frozen', 'pilotage.yaml is broken'),
        });
        return publish(...args);
      },
    });
    const { outcome, problems } = await world.promote();
    expect([outcome, problems[0]?.message]).to.deep.equal([
      'Promoted',
      'shop/prod does not follow: pilotage.yaml is broken',
    ]);
  });

  it('made by hand counts when it left the same tree: squash or merge', async () => {
    await world.ships({ 'app.yaml': 'one' });
    await world.promote();
    await world.ships({ 'app.yaml': 'two' });
    await world.push('prod', { 'app.yaml': 'two' }, 'Squashed in a forge');
    expect((await world.promote()).outcome).to.equal('UpToDate');
    await world.ships({ 'app.yaml': 'three' });
    expect((await world.promote()).outcome).to.equal('Promoted');
  });

  it('that waited is over when a person merged by hand', async () => {
    const revision = await world.ships({ 'app.yaml': 'one' });
    world.rehearsal = [{ reason: 'TemplateError', message: 'no such helper' }];
    await world.promote();
    await world.push('prod', { 'app.yaml': 'one' });
    await world.promote();
    expect((await world.record(revision)).status?.phase).to.equal('Merged');
  });

  it('never takes the target back to what it already left behind', async () => {
    const first = await world.ships({ 'app.yaml': 'one' });
    await world.ships({ 'app.yaml': 'two' });
    await world.promote();
    await world.deploys('dev', first, { phase: 'Pinned' });
    const report = await world.promote();
    expect(report.outcome).to.equal('Refused');
    expect(report.problems[0]?.reason).to.equal('TargetAhead');
    expect(world.published).to.deep.equal(['prod']);
  });

  it('carries a revert of the source along, although its tree is an old one', async () => {
    await world.ships({ 'app.yaml': 'one' });
    await world.ships({ 'app.yaml': 'two' });
    await world.promote();
    const revert = await world.ships({ 'app.yaml': 'one' }, 'Revert');
    await world.promote();
    expect((await world.tip()).tree).to.equal((await world.repository.commit(revert)).tree);
  });

  it('of a target that is pinned is refused, and says how to end the pin', async () => {
    await world.ships({ 'app.yaml': 'one' });
    const pin = { revision: 'a'.repeat(40), reason: 'rollback to release 2', since: '2026-01-01T00:00:00Z' };
    const key = { namespace: PILOTAGE_NAMESPACE, name: 'shop.prod' };
    await world.home.patch(ENVIRONMENTS, key, { type: 'merge', body: { spec: { pin } } });
    expect((await world.promote()).problems[0]).to.deep.include({
      reason: 'TargetPinned',
      remedy: 'pilotage pin shop/prod --off',
    });
  });

  it('of a source that is not well waits, and says what is wrong with it', async () => {
    const revision = await world.push('main', { 'app.yaml': 'one' });
    await world.deploys('dev', revision, { health: 'Degraded', message: 'web: HTTP 500' });
    expect((await world.promote()).gates[0]).to.deep.include({
      state: 'Waiting',
      reason: 'shop/dev is Degraded, Synced: web: HTTP 500',
    });
  });
});
