import { expect } from 'chai';
import { hold, release } from '../../../src/promotion/act/hold.ts';
import { environmentOf } from '../../../src/promotion/record/lookup.ts';
import { until } from '../../fakes/until.ts';
import { signedIn } from '../../fakes/user.ts';
import { createWorld, refusalOf, startController, type World } from '../harness.ts';

describe('a hold', () => {
  let world: World;
  beforeEach(async () => {
    world = await createWorld();
  });
  afterEach(() => world.dispose());

  const prod = () => environmentOf(world.home, 'shop', 'prod');
  const holds = async (reason: string, end?: string) =>
    hold(
      world.options,
      await prod(),
      { reason, ...(end === undefined ? {} : { until: end }) },
      signedIn('ann'),
    );

  it('refuses promotions until it is taken off, and names who holds and why', async () => {
    await world.ships({ 'app.yaml': 'one' });
    expect((await holds('audit')).message).to.contain('pilotage hold shop/prod --off');
    const report = await world.promote();
    expect(report.outcome).to.equal('Refused');
    expect(report.problems[0]?.message).to.equal(
      'ann holds promotions: audit. To go on: pilotage hold shop/prod --off',
    );
    await release(world.options, await prod());
    expect((await world.promote()).outcome).to.equal('Promoted');
  });

  it('is recorded in the Environment, which a restart reads again', async () => {
    await holds('audit', '2h');
    const { hold: recorded } = (await prod()).spec;
    expect(recorded).to.include({ reason: 'audit', by: 'ann' });
    expect(Date.parse(recorded?.until ?? '') - Date.parse(recorded?.since ?? '')).to.equal(7_200_000);
  });

  it('ends by itself where it says so, and what waited goes on then', async () => {
    await world.dispose();
    world = await createWorld({ auto: true });
    await holds('audit', '2h');
    const stop = startController(world.options);
    const revision = await world.ships({ 'app.yaml': 'one' });
    const phase = async () => (await world.record(revision).catch(() => undefined))?.status?.phase;
    await until(async () => (await phase()) === 'Pending');
    await world.clock.advance(7_100_000);
    expect(await phase()).to.equal('Pending');
    await world.clock.advance(200_000);
    await until(async () => (await phase()) === 'Merged');
    await stop();
  });

  it('that replaces one with an end has none of it left', async () => {
    await holds('audit', '2h');
    await holds('audit');
    expect((await prod()).spec.hold).not.to.have.property('until');
  });

  it('needs a reason, an end that is to come, and an environment that something is promoted to', async () => {
    expect(await refusalOf(holds(' '))).to.equal('ReasonMissing');
    expect(await refusalOf(holds('audit', 'tomorrow'))).to.equal('BadRequest');
    expect(await refusalOf(holds('audit', '2020-01-01T00:00:00Z'))).to.equal('BadRequest');
    const dev = await environmentOf(world.home, 'shop', 'dev');
    expect(await refusalOf(hold(world.options, dev, { reason: 'x' }, signedIn('ann')))).to.equal(
      'NoPromotion',
    );
    expect(await refusalOf(release(world.options, await prod()))).to.equal('NotHeld');
  });
});
