import { expect } from 'chai';
import { ProblemError } from '../../src/base/errors.ts';
import { silentLogger } from '../../src/base/log.ts';
import { scheduleWork } from '../../src/base/schedule.ts';

const at = (cron: string) =>
  scheduleWork({ name: 'housekeeping', cron, work: async () => {}, logger: silentLogger });

describe('scheduled work', () => {
  it('takes five fields and can be ended', async () => {
    await at('17 3 * * *')();
  });

  it('refuses an expression that says nothing, by name and with an example', () => {
    expect(() => at('every night')).to.throw(
      ProblemError,
      '"every night" is not a schedule for housekeeping',
    );
  });
});
