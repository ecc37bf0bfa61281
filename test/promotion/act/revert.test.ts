import { expect } from 'chai';
import { ProblemError } from '../../../src/base/errors.ts';
import { trailerValues } from '../../../src/git/objects/trailers.ts';
import type { EnvironmentStatus } from '../../../src/model/types.ts';
import { takeBack } from '../../../src/promotion/act/revert.ts';
import { permit } from '../../../src/promotion/permit/permit.ts';
import { environmentOf, promotionsTo } from '../../../src/promotion/record/lookup.ts';
import { recordReverts } from '../../../src/promotion/record/reverts.ts';
import { createWorld, startController, type World } from '../harness.ts';

const MINUTE = 60_000;
const CRASH = 'Deployment/web: exits with code 1\n  Error: no such table\n  → Push a correction';

describe('a promotion that fails where it went', () => {
  let world: World;
  const start = async (policy: Parameters<typeof createWorld>[0] = {}) => {
    world = await createWorld({ onFailure: 'revert', within: 30 * MINUTE, ...policy });
  };
  beforeEach(() => start());
  afterEach(() => world.dispose());

  const prod = () => environmentOf(world.home, 'shop', 'prod');
  const step = async () => {
    const target = await prod();
    return takeBack(world.options, target, await promotionsTo(world.options, target));
  };
  /** Promotes content that runs well, or fails, and stays so for long enough. */
  const runs = async (content: string, standing: Partial<EnvironmentStatus> = {}) => {
    const revision = await world.ships({ 'app.yaml': content }, content);
    const { mergeCommit = '' } = await world.promote();
    const tree = (await world.repository.commit(revision)).tree;
    const phaseSince = new Date(world.clock.now()).toISOString();
    const assessed = { assessedRevision: mergeCommit, deployedTree: tree, phaseSince };
    await world.deploys('prod', mergeCommit, { ...assessed, ...standing });
    return { revision, mergeCommit };
  };
  const DEGRADED = { health: 'Degraded', phase: 'Failed', message: CRASH } as const;

  it('is taken back by a commit that says why, and is remembered', async () => {
    const good = await runs('one');
    const bad = await runs('two', DEGRADED);
    await world.clock.advance(MINUTE);
    await step();
    const tip = await world.tip();
    expect(tip.parents).to.deep.equal([bad.mergeCommit]);
    expect(tip.tree).to.equal((await world.repository.commit(good.mergeCommit)).tree);
    expect(tip.message).to.contain('Revert "Promote dev to prod: two"');
    expect(tip.message).to.contain('    Deployment/web: exits with code 1\n      Error: no such table');
    expect(tip.message).not.to.contain('Push a correction');
    expect(trailerValues(tip.message, 'Pilotage-Reverts')).to.deep.equal([`dev@${bad.revision}`]);
    expect((await world.record(bad.revision)).status).to.deep.include({
      phase: 'Rejected',
      rejectedBy: tip.oid,
    });
    const again = await world.promote();
    expect([again.outcome, again.problems[0]?.reason]).to.deep.equal(['Refused', 'Rejected']);
    expect((await world.record(bad.revision)).status?.failure?.cause).to.contain('exits with code 1');
  });

  it('may be deployed as it was before, with a note that says what was taken back', async () => {
    await runs('one');
    await runs('two', DEGRADED);
    await world.clock.advance(MINUTE);
    await step();
    const permission = await permit(world.options, await prod(), (await world.tip()).oid);
    expect(permission).to.deep.include({ type: 'allowed' });
    expect(permission).to.have.property('note').that.contains('exits with code 1');
  });

  it('comes again in a later revision that has changed what failed', async () => {
    await runs('one');
    await runs('two', DEGRADED);
    await world.clock.advance(MINUTE);
    await step();
    await recordReverts(world.options, await prod());
    await world.ships({ 'app.yaml': 'three' });
    expect((await world.promote()).outcome).to.equal('Promoted');
  });

  it('comes again by a person’s word, and is taken back again if it fails again', async () => {
    await runs('one');
    const bad = await runs('two', DEGRADED);
    await world.clock.advance(MINUTE);
    await step();
    const revert = await world.tip();
    await world.deploys('prod', revert.oid, { assessedRevision: revert.oid, deployedTree: revert.tree });
    const { mergeCommit = '' } = await world.promote({ again: true });
    const phaseSince = new Date(world.clock.now()).toISOString();
    await world.deploys('prod', mergeCommit, { ...DEGRADED, assessedRevision: mergeCommit, phaseSince });
    await world.clock.advance(MINUTE);
    await step();
    expect((await world.tip()).tree).to.equal(revert.tree);
    expect((await world.record(bad.revision)).status?.phase).to.equal('Rejected');
  });

  it('is left alone until it has been failing for a while', async () => {
    await runs('one');
    const bad = await runs('two', DEGRADED);
    expect(await step()).to.deep.equal({ afterMs: 15_000 });
    expect((await world.tip()).oid).to.equal(bad.mergeCommit);
  });

  for (const [what, standing] of [
    ['that is still on its way', { health: 'Progressing', phase: 'Waiting' }],
    ['that could not be applied', { health: 'Healthy', phase: 'Failed', message: 'Forbidden' }],
    ['whose standing is that of another revision', { ...DEGRADED, assessedRevision: 'a'.repeat(40) }],
  ] as const)
    it(`is nothing ${what}`, async () => {
      await runs('one');
      const { mergeCommit } = await runs('two', standing);
      await world.clock.advance(MINUTE);
      expect(await step()).to.equal(undefined);
      expect((await world.tip()).oid).to.equal(mergeCommit);
    });

  it('after its time is an outage, and nobody’s promotion is blamed', async () => {
    await runs('one');
    const { mergeCommit } = await runs('two', DEGRADED);
    await world.clock.advance(31 * MINUTE);
    await step();
    expect((await world.tip()).oid).to.equal(mergeCommit);
  });

  it('where all was broken before is not to blame', async () => {
    await runs('one', DEGRADED);
    const { mergeCommit } = await runs('two', DEGRADED);
    await world.clock.advance(MINUTE);
    await step();
    expect((await world.tip()).oid).to.equal(mergeCommit);
  });

  it('goes back over an earlier one of ours that never ran well, to what did', async () => {
    const good = await runs('one');
    await runs('two', { health: 'Progressing', phase: 'Waiting' });
    await runs('three', DEGRADED);
    await world.clock.advance(MINUTE);
    await step();
    expect((await world.tip()).tree).to.equal((await world.repository.commit(good.mergeCommit)).tree);
  });

  it('the first time has nothing to go back to, which is written down once', async () => {
    const { revision, mergeCommit } = await runs('one', DEGRADED);
    await world.clock.advance(MINUTE);
    await step();
    expect((await world.tip()).oid).to.equal(mergeCommit);
    const { status } = await world.record(revision);
    expect([status?.phase, status?.failure?.answer]).to.deep.equal(['Merged', 'none']);
  });

  it('never takes back what a person pushed', async () => {
    await runs('one');
    const pushed = await world.push('prod', { 'app.yaml': 'by hand' });
    await world.deploys('prod', pushed, { ...DEGRADED, assessedRevision: pushed });
    await world.clock.advance(MINUTE);
    expect(await step()).to.equal(undefined);
    expect((await world.tip()).oid).to.equal(pushed);
  });

  it('never takes back a revert, whoever made it', async () => {
    await runs('one');
    await runs('two', DEGRADED);
    await world.clock.advance(MINUTE);
    await step();
    const { oid } = await world.tip();
    await world.deploys('prod', oid, { ...DEGRADED, assessedRevision: oid });
    await world.clock.advance(MINUTE);
    expect(await step()).to.equal(undefined);
    expect((await world.tip()).oid).to.equal(oid);
  });

  it('yields to somebody who pushes in the same moment', async () => {
    await runs('one');
    const bad = await runs('two', DEGRADED);
    await world.clock.advance(MINUTE);
    let fix = '';
    world.meanwhile = async () => {
      fix = await world.push('prod', { 'app.yaml': 'fixed by hand' });
    };
    await step();
    expect((await world.tip()).oid).to.equal(fix);
    expect((await world.record(bad.revision)).status).to.deep.include({ phase: 'Merged' });
  });

  it('holds the target at what ran before where the branch cannot be written, and says who has to revert', async () => {
    const good = await runs('one');
    const bad = await runs('two', DEGRADED);
    await world.clock.advance(MINUTE);
    Object.assign(world.options, {
      publish: async () => {
        throw new ProblemError({ reason: 'PushRefused', message: 'the branch is protected' });
      },
    });
    await step();
    const { pin } = (await prod()).spec;
    expect(pin?.revision).to.equal(good.mergeCommit);
    expect(pin?.reason).to.contain('a person has to take it back on prod (git revert -m 1');
    const { status } = await world.record(bad.revision);
    expect([status?.failure?.answer, status?.message]).to.deep.equal([
      'pin',
      `It failed, and prod is held at ${good.mergeCommit.slice(0, 7)}, because prod could not be reverted: the branch is protected`,
    ]);
  });

  it('holds the target where going back would bring older gates back', async () => {
    await world.dispose();
    await start({ required: true });
    const good = await runs('one');
    const revision = await world.ships({ 'app.yaml': 'two', 'pilotage.yaml': 'other gates' });
    const { mergeCommit = '' } = await world.promote();
    const phaseSince = new Date(world.clock.now()).toISOString();
    await world.deploys('prod', mergeCommit, { ...DEGRADED, assessedRevision: mergeCommit, phaseSince });
    await world.clock.advance(MINUTE);
    await step();
    expect((await world.tip()).oid).to.equal(mergeCommit);
    expect((await prod()).spec.pin?.revision).to.equal(good.mergeCommit);
    expect((await world.record(revision)).status?.message).to.contain('pilotage.yaml was another one');
  });

  it('is taken back by the controller alone', async () => {
    const good = await runs('one');
    await runs('two', DEGRADED);
    await world.clock.advance(MINUTE);
    const stop = startController(world.options);
    const tree = (await world.repository.commit(good.mergeCommit)).tree;
    for (let i = 0; i < 500 && (await world.tip()).tree !== tree; i++) await new Promise(setImmediate);
    await stop();
    expect((await world.tip()).tree).to.equal(tree);
  });
});
