import { expect } from 'chai';
import { ProblemError } from '../../../src/base/errors.ts';
import { promote } from '../../../src/promotion/act/promote.ts';
import { reject } from '../../../src/promotion/act/reject.ts';
import { type FakeForge, fakeForge } from '../../fakes/forge.ts';
import { named, signedIn } from '../../fakes/user.ts';
import { createWorld, refusalOf, type World } from '../harness.ts';

const BRANCH = 'pilotage/promote-prod';

describe('a promotion by pull request', () => {
  let world: World;
  let forge: FakeForge;
  async function begin(policy: Parameters<typeof createWorld>[0]): Promise<void> {
    world = await createWorld(policy);
    forge = fakeForge();
    forge.tip = async (branch) => (await world.repository.branches())[branch];
    // The first promotion makes the branch, into which others can be merged.
    await world.ships({ 'app.yaml': 'zero' });
    await world.promote();
    world.forge = forge;
  }
  beforeEach(() => begin({ by: 'pull-request', gates: {} }));
  afterEach(() => world.dispose());

  const only = () => {
    expect(forge.kept.pullRequests.size).to.equal(1);
    const [pull] = forge.kept.pullRequests.values();
    if (!pull) throw new Error('no pull request');
    return pull;
  };
  /** As the forge does: a merge commit on the branch of the target. */
  async function mergedByHand(how: 'merge' | 'squash' = 'merge'): Promise<void> {
    const [head, prod] = [await world.tip(BRANCH), await world.tip('prod')];
    const { tree, author } = head;
    const parents = how === 'merge' ? [prod.oid, head.oid] : [prod.oid];
    const oid = await world.repository.commitTree({ tree, parents, message: 'Merge #1', author });
    await world.repository.moveBranch('prod', oid, prod.oid);
    forge.set(1, { state: 'merged' });
  }

  /** The remote takes no push to these branches. */
  function refusePushes(isRefused: (branch: string) => boolean): void {
    const { publish } = world.options;
    const refused = new ProblemError({ reason: 'PushRefused', message: 'the remote refuses the push' });
    Object.assign(world.options, {
      publish: async (move: Parameters<typeof publish>[0]) => {
        if (isRefused(move.branch)) throw refused;
        return publish(move);
      },
    });
  }

  it('opens one, of a commit with the tree that was tested, on a branch of its own', async () => {
    const before = await world.tip();
    const revision = await world.ships({ 'app.yaml': 'one' }, 'Raise the limit');
    const report = await world.promote();
    expect(report).to.deep.include({
      outcome: 'Proposed',
      pullRequest: { number: 1, url: 'https://git.example.com/acme/shop/pulls/1' },
    });
    const head = await world.tip(BRANCH);
    expect(head.tree).to.equal((await world.repository.commit(revision)).tree);
    expect(head.parents).to.deep.equal([before.oid, revision]);
    expect((await world.tip()).oid).to.equal(before.oid);
    const pull = only();
    expect([pull.head.branch, pull.into]).to.deep.equal([BRANCH, 'prod']);
    expect(pull.title).to.equal(`Promote shop/dev to prod: ${revision.slice(0, 7)}`);
    expect(pull.body).to.contain('Raise the limit').and.to.contain('update Deployment web');
    expect((await world.record(revision)).status?.pullRequest).to.deep.include({ number: 1, head: head.oid });
  });

  it('does not make the branch that is not there yet by itself: a person asks for the first promotion', async () => {
    await world.dispose();
    world = await createWorld({ by: 'pull-request', gates: {} });
    world.forge = fakeForge();
    await world.ships({ 'app.yaml': 'one' });
    await promote(world.options, 'shop', 'prod', { dryRun: false, auto: true }, named('pilotage'));
    expect(world.published).to.deep.equal([]);
    expect((await world.promote()).outcome).to.equal('Promoted');
  });

  it('changes nothing while nothing has changed', async () => {
    await world.ships({ 'app.yaml': 'one' });
    await world.promote();
    const pushes = world.published.length;
    forge.pullRequests.update = async () => {
      throw new Error('updated');
    };
    expect((await world.promote()).outcome).to.equal('Proposed');
    expect(world.published).to.have.length(pushes);
  });

  it('updates the one that is open when another revision comes, and never forces its branch', async () => {
    await world.ships({ 'app.yaml': 'one' });
    await world.promote();
    const first = await world.tip(BRANCH);
    const revision = await world.ships({ 'app.yaml': 'two' });
    await world.promote();
    const second = await world.tip(BRANCH);
    expect(await world.repository.isAncestor(first.oid, second.oid)).to.equal(true);
    expect(second.tree).to.equal((await world.repository.commit(revision)).tree);
    expect(only().title).to.contain(revision.slice(0, 7));
  });

  for (const how of ['merge', 'squash'] as const) {
    it(`counts a ${how} in the forge by its tree, and proposes the next on top of it`, async () => {
      const revision = await world.ships({ 'app.yaml': 'one' });
      await world.promote();
      await mergedByHand(how);
      expect((await world.promote()).outcome).to.equal('UpToDate');
      expect((await world.record(revision)).status?.phase).to.equal('Merged');
      await world.ships({ 'app.yaml': 'two' });
      expect(await world.promote()).to.deep.include({
        outcome: 'Proposed',
        pullRequest: { number: 2, url: 'https://git.example.com/acme/shop/pulls/2' },
      });
      const head = await world.tip(BRANCH);
      expect(await world.repository.isAncestor((await world.tip()).oid, head.oid)).to.equal(true);
    });
  }

  it('takes one that was closed by hand for a rejection, until somebody says otherwise', async () => {
    const revision = await world.ships({ 'app.yaml': 'one' });
    await world.promote();
    forge.set(1, { state: 'closed' });
    const closed = await world.promote();
    expect(closed.outcome).to.equal('Refused');
    expect(closed.problems[0]).to.deep.include({
      message: 'Rejected: its pull request 1 was closed at git.example.com/acme/shop.',
      remedy: 'If it is to come after all: pilotage reject shop/prod --off',
    });
    const again = await world.promote();
    expect(again.problems.map(({ reason }) => reason)).to.deep.equal(['RejectedByPerson']);
    expect(forge.kept.pullRequests.size).to.equal(1);
    await reject(world.options, 'shop', 'prod', { reason: '', off: true }, signedIn('ann'));
    expect((await world.promote()).pullRequest?.number).to.equal(2);
    expect((await world.record(revision)).status?.pullRequest?.number).to.equal(2);
  });

  it('sees that it was closed also when another revision came before anybody looked', async () => {
    const first = await world.ships({ 'app.yaml': 'one' });
    await world.promote();
    await world.ships({ 'app.yaml': 'two' });
    await world.promote();
    forge.set(1, { state: 'closed' });
    const third = await world.ships({ 'app.yaml': 'two', 'new.yaml': 'x' });
    expect((await world.promote()).problems[0]?.message).to.contain('its pull request 1 was closed');
    expect((await world.record(first)).spec.rejected ?? (await world.record(third)).spec.rejected).to.equal(
      undefined,
    );
    expect(forge.kept.pullRequests.size).to.equal(1);
    await reject(world.options, 'shop', 'prod', { reason: '', off: true }, signedIn('ann'));
    expect((await world.promote()).pullRequest?.number).to.equal(2);
  });

  it('merges it where the policy is automatic and the forge lets it, and not a commit that somebody else put there', async () => {
    await world.dispose();
    await begin({ by: 'pull-request', auto: true, gates: {} });
    await world.ships({ 'app.yaml': 'one' });
    await world.promote();
    forge.set(1, { mergeable: 'no' });
    expect((await world.promote()).outcome).to.equal('Proposed');
    forge.set(1, { mergeable: 'yes' });
    const head = await world.tip(BRANCH);
    const stranger = await world.repository.commitTree({
      ...{ tree: head.tree, parents: [head.oid], message: 'Mine', author: head.author },
    });
    forge.tip = async () => stranger;
    expect((await world.promote()).outcome).to.equal('Proposed');
    expect(only().state).to.equal('open');
    forge.tip = async () => head.oid;
    expect((await world.promote()).outcome).to.equal('Promoted');
    expect(only().state).to.equal('merged');
  });

  it('stays open, and says why, where the forge refuses to merge it', async () => {
    await world.dispose();
    await begin({ by: 'pull-request', auto: true, gates: {} });
    const revision = await world.ships({ 'app.yaml': 'one' });
    expect((await world.promote()).retryAt, 'the forge looks at it first').to.be.a('string');
    forge.set(1, { mergeable: 'yes' });
    const { merge } = forge.pullRequests;
    const problem = { reason: 'Refused', message: 'does not have enough approvals' };
    forge.pullRequests.merge = async () => ({ ok: false, problem });
    expect((await world.promote()).outcome).to.equal('Proposed');
    expect((await world.record(revision)).status?.message).to.contain('enough approvals');
    expect(only().state).to.equal('open');
    forge.pullRequests.merge = merge;
    expect((await world.promote()).outcome).to.equal('Promoted');
  });

  it('waits for its gates, and says so in the pull request', async () => {
    await world.dispose();
    await begin({ by: 'pull-request', auto: true, gates: {} });
    const revision = await world.ships({ 'app.yaml': 'one' });
    await world.deploys('dev', revision, { health: 'Progressing' });
    const report = await world.promote();
    expect(report.outcome).to.equal('Proposed');
    forge.set(1, { mergeable: 'yes' });
    await world.promote();
    expect(only().state).to.equal('open');
    expect(only().body).to.contain('⏳ **healthy**');
    await world.deploys('dev', revision);
    await world.promote();
    expect((await world.promote()).outcome).to.equal('Promoted');
  });

  it('is what a promotion becomes whose branch is protected', async () => {
    await world.dispose();
    await begin({ gates: {} });
    forge.protectedBranches = ['prod'];
    await world.ships({ 'app.yaml': 'one' });
    expect((await world.promote()).outcome).to.equal('Proposed');
    expect(only().into).to.equal('prod');
  });

  it('is what a promotion becomes whose push is refused; where no branch may be pushed, it comes from the source itself and says how to do better', async () => {
    await world.dispose();
    await begin({ gates: {} });
    let readOnly = false;
    refusePushes((branch) => readOnly || branch === 'prod');
    await world.ships({ 'app.yaml': 'one' });
    expect((await world.promote()).outcome).to.equal('Proposed');
    expect(only().head.branch).to.equal(BRANCH);
    readOnly = true;
    forge.set(1, { state: 'merged' });
    await world.ships({ 'app.yaml': 'two' });
    expect((await world.promote()).outcome).to.equal('Proposed');
    const second = forge.kept.pullRequests.get(2);
    expect(second?.head.branch).to.equal('main');
    expect(second?.body).to.contain('may not push branches').and.to.contain(`git push origin HEAD`);
  });

  it('is not merged from the branch of the source while that has moved on from what passed its gates', async () => {
    await world.dispose();
    await begin({ by: 'pull-request', auto: true, gates: {} });
    refusePushes(() => true);
    await world.ships({ 'app.yaml': 'one' });
    await world.promote();
    const untested = await world.push('main', { 'app.yaml': 'untested' });
    forge.set(1, { mergeable: 'yes' });
    expect((await world.promote()).outcome).to.equal('Proposed');
    expect((await world.promote()).outcome).to.equal('Proposed');
    expect(only().state).to.equal('open');
    await world.deploys('dev', untested);
    await world.promote();
    expect((await world.promote()).outcome).to.equal('Promoted');
  });

  it('is refused where it is not known which forge there is', async () => {
    world.forge = undefined;
    await world.ships({ 'app.yaml': 'one' });
    const reason = await refusalOf(world.promote());
    expect(reason).to.equal('ForgeMissing');
  });

  it('opens none of what cannot be promoted, and concludes nothing while the forge is away', async () => {
    await world.ships({ 'app.yaml': 'one' });
    world.rehearsal = [{ reason: 'TemplateError', message: 'web.hbs:3 is wrong' }];
    expect((await world.promote()).outcome).to.equal('Refused');
    expect(forge.kept.pullRequests.size).to.equal(0);
    world.rehearsal = [];
    await world.promote();
    forge.failing = { ok: false, problem: { reason: 'RateLimited', message: 'not before 12:00' } };
    expect(await refusalOf(world.promote())).to.equal('RateLimited');
    forge.failing = undefined;
    expect((await world.promote()).outcome).to.equal('Proposed');
  });

  it('lets nobody be called, and nothing be linked, by what a commit says', async () => {
    await world.ships({ 'app.yaml': 'one' }, 'Thanks @everyone `![x](https://evil.example.com/x.png)`');
    await world.promote();
    const line = only()
      .body.split('\n')
      .find((one) => one.includes('@everyone'));
    expect(line).to.match(/^- `[^`]*@everyone[^`]*`$/);
  });
});
