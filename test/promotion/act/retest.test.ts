import { expect } from 'chai';
import type { TestRun } from '../../../src/model/types.ts';
import { promote } from '../../../src/promotion/act/promote.ts';
import { environmentOf } from '../../../src/promotion/record/lookup.ts';
import { signedIn } from '../../fakes/user.ts';
import { createWorld, type World } from '../harness.ts';

describe('asking for tests once more', () => {
  let world: World;
  let revision: string;
  beforeEach(async () => {
    world = await createWorld({ gates: { tests: ['smoke'] } });
    revision = await world.push('main', { 'app.yaml': 'one' });
    await world.deploys('dev', revision, { tests: [run('Failed', 1)] });
    await world.clock.advance(1_000);
  });
  afterEach(() => world.dispose());

  const run = (state: TestRun['state'], attempt: number): TestRun => ({
    ...{ apiVersion: 'batch/v1', kind: 'Job', namespace: 'shop-dev', name: 'smoke', app: 'web' },
    ...{ revision, attempt, state, message: 'exit code 1' },
    startedAt: new Date(world.clock.now()).toISOString(),
  });
  const retest = (dryRun = false) =>
    promote(world.options, 'shop', 'prod', { dryRun, retest: true }, signedIn('ann'));

  it('is refused until then, with the reason of the failure', async () => {
    const report = await world.promote();
    expect(report.outcome).to.equal('Refused');
    expect(report.problems[0]?.message).to.contain('smoke failed in shop/dev').and.contain('--retest');
  });

  it('is recorded in the source, for the revision that it runs, and waits for the new run', async () => {
    expect((await retest()).outcome).to.equal('Waiting');
    const { spec } = await environmentOf(world.home, 'shop', 'dev');
    expect(spec.retest).to.include({ revision, by: 'ann' });
    await world.clock.advance(1_000);
    await world.deploys('dev', revision, { tests: [run('Passed', 2)] });
    expect((await world.promote()).outcome).to.equal('Promoted');
  });

  it('is recorded by no dry run', async () => {
    await retest(true);
    expect((await environmentOf(world.home, 'shop', 'dev')).spec).not.to.have.property('retest');
  });
});
