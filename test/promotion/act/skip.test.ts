import { expect } from 'chai';
import { promote } from '../../../src/promotion/act/promote.ts';
import { createPromotionActions } from '../../../src/promotion/actions.ts';
import { environmentOf } from '../../../src/promotion/record/lookup.ts';
import { signedIn } from '../../fakes/user.ts';
import { createWorld, refusalOf, type World } from '../harness.ts';

describe('skipping a gate', () => {
  let world: World;
  beforeEach(async () => {
    world = await createWorld({ gates: { soak: 7_200_000, approvals: 1 } });
  });
  afterEach(() => world.dispose());

  const skips = (gates: readonly string[], reason = 'CVE-2026-1', dryRun = false) =>
    promote(world.options, 'shop', 'prod', { dryRun, skip: { gates, reason } }, signedIn('ann'));

  it('opens that gate alone, for this revision alone, and says by whom and why', async () => {
    const revision = await world.ships({ 'app.yaml': 'one' });
    const report = await skips(['soak']);
    expect(report.outcome).to.equal('Waiting');
    const soak = report.gates.find(({ gate }) => gate === 'soak');
    expect(soak).to.deep.include({ state: 'Passed', skipped: { by: 'ann', reason: 'CVE-2026-1' } });
    expect(soak?.reason).to.match(/^Skipped by ann: CVE-2026-1\. It says: .* must run for 2h/);
    expect((await world.record(revision)).spec.skips).to.have.length(1);
    await world.approve('bob');
    expect((await world.promote()).outcome).to.equal('Promoted');
    await world.ships({ 'app.yaml': 'two' });
    expect((await world.promote()).gates.find(({ gate }) => gate === 'soak')?.state).to.equal('Waiting');
  });

  it('is in the history of what it brought', async () => {
    await world.ships({ 'app.yaml': 'one' });
    const { mergeCommit } = await skips(['soak', 'approvals']);
    const release = { number: 1, revision: mergeCommit ?? '', subject: '', author: '', pushes: [] };
    const shown = { ...release, cause: 'commit', result: 'Healthy', message: '', current: true };
    const prod = await environmentOf(world.home, 'shop', 'prod');
    const [found] = await createPromotionActions(world.options).withSkips(prod, [shown]);
    expect(found?.skipped?.map(({ gate, by, reason }) => [gate, by, reason])).to.deep.equal([
      ['soak', 'ann', 'CVE-2026-1'],
      ['approvals', 'ann', 'CVE-2026-1'],
    ]);
  });

  it('is not recorded by a dry run, which says what would happen', async () => {
    const revision = await world.ships({ 'app.yaml': 'one' });
    expect((await skips(['soak', 'approvals'], 'x', true)).outcome).to.equal('WouldPromote');
    expect(await refusalOf(world.record(revision))).to.contain('not found');
  });

  it('needs a reason, and a gate that there is', async () => {
    await world.ships({ 'app.yaml': 'one' });
    expect(await refusalOf(skips(['soak'], ' '))).to.equal('ReasonMissing');
    expect(await refusalOf(skips(['weather']))).to.equal('UnknownGate');
  });

  it('does not go past a hold, which a person takes off', async () => {
    await world.ships({ 'app.yaml': 'one' });
    expect(await refusalOf(skips(['hold']))).to.equal('HoldStands');
  });
});
