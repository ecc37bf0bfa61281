import { expect } from 'chai';
import { ProblemError } from '../../src/base/errors.ts';
import { silentLogger } from '../../src/base/log.ts';
import { scheduleWork } from '../../src/base/schedule.ts';
import { FakeClock } from '../fakes/clock.ts';

const at = (cron: string, clock = new FakeClock()) =>
  scheduleWork({ name: 'housekeeping', cron, work: async () => {}, clock, logger: silentLogger });

describe('scheduled work', () => {
  it('takes five fields and can be ended, before it begins and afterwards', async () => {
    const clock = new FakeClock();
    await at('17 3 * * *', clock)();
    expect(clock.pending).to.equal(0);
    const end = at('17 3 * * *', clock);
    await clock.advance(60_000);
    await end();
    expect(clock.pending).to.equal(0);
  });

  it('refuses an expression that says nothing, by name and with an example', () => {
    expect(() => at('every night')).to.throw(
      ProblemError,
      '"every night" is not a schedule for housekeeping',
    );
  });
});
