import { expect } from 'chai';
import { parseSchedule } from '../../../src/kube/values/cron.ts';
import { cronTimes } from '../../../src/kube/values/crontimes.ts';

function next(text: string, after: string, zone = 'UTC'): string | undefined {
  const schedule = parseSchedule(text);
  if (typeof schedule === 'string') throw new Error(schedule);
  const time = cronTimes(schedule, zone).next(Date.parse(after));
  return time === undefined ? undefined : new Date(time).toISOString().replace(':00.000Z', 'Z');
}

/** The times of robfig/cron's own test (`spec_test.go` TestNext), and those around changes of the clock. */
describe('the times of a schedule', () => {
  const rows: readonly [string, string, string | undefined, string?][] = [
    ['0/15 * * * *', '2012-07-09T14:45:00Z', '2012-07-09T15:00Z'],
    ['0/15 * * * *', '2012-07-09T14:59:59Z', '2012-07-09T15:00Z'],
    ['20-35/15 * * * *', '2012-07-09T15:45:00Z', '2012-07-09T16:20Z'],
    ['20-35/15 * * * *', '2012-07-09T23:46:00Z', '2012-07-10T00:20Z'],
    ['20-35/15 1/2 * * *', '2012-07-09T23:35:51Z', '2012-07-10T01:20Z'],
    ['20-35/15 10-12 * * *', '2012-07-09T23:35:51Z', '2012-07-10T10:20Z'],
    ['20-35/15 1/2 */2 * *', '2012-07-09T23:35:51Z', '2012-07-11T01:20Z'],
    ['20-35/15 * 9-20 * *', '2012-07-09T23:35:51Z', '2012-07-10T00:20Z'],
    ['20-35/15 * 9-20 Jul *', '2012-07-09T23:35:51Z', '2012-07-10T00:20Z'],
    ['0 0 9 Apr-Oct ?', '2012-07-09T23:35:00Z', '2012-08-09T00:00Z'],
    ['0 0 */5 Apr,Aug,Oct Mon', '2012-07-09T23:35:00Z', '2012-08-01T00:00Z'],
    ['0 0 */5 Oct Mon', '2012-07-09T23:35:00Z', '2012-10-01T00:00Z'],
    ['0 0 * Feb Mon', '2012-07-09T23:35:00Z', '2013-02-04T00:00Z'],
    ['0 0 * Feb Mon/2', '2012-07-09T23:35:00Z', '2013-02-01T00:00Z'],
    ['59 23 31 12 *', '2026-12-31T23:59:00Z', '2027-12-31T23:59Z'],
    ['0 0 29 2 *', '2026-01-01T00:00:00Z', '2028-02-29T00:00Z'],
    ['0 0 31 2 *', '2026-01-01T00:00:00Z', undefined],
    ['0 0 13 * 5', '2026-01-01T00:00:00Z', '2026-01-02T00:00Z'],
    // The clocks of New York are put on at 2:00 on 8 March 2026, and back on 1 November.
    ['30 2 * * *', '2026-03-07T12:00:00Z', '2026-03-09T06:30Z', 'America/New_York'],
    ['0 * * * *', '2026-03-08T06:00:00Z', '2026-03-08T07:00Z', 'America/New_York'],
    ['0 0 * * *', '2026-03-08T12:00:00Z', '2026-03-09T04:00Z', 'America/New_York'],
    ['0 0 * * *', '2026-11-01T12:00:00Z', '2026-11-02T05:00Z', 'America/New_York'],
    ['30 1 * * *', '2026-11-01T05:00:00Z', '2026-11-01T05:30Z', 'America/New_York'],
    ['30 1 * * *', '2026-11-01T05:30:00Z', '2026-11-01T06:30Z', 'America/New_York'],
    ['0 0 1 * *', '2026-03-01T12:00:00Z', '2026-04-01T04:00Z', 'America/New_York'],
    ['0 9 * * *', '2026-07-01T00:00:00Z', '2026-07-01T03:30Z', 'Asia/Kolkata'],
    // Beirut puts its clocks on at midnight: 29 March 2026 begins at 1:00.
    ['0 0 * * *', '2026-03-28T12:00:00Z', '2026-03-29T21:00Z', 'Asia/Beirut'],
    ['30 * 29 3 *', '2026-03-28T12:00:00Z', '2026-03-28T22:30Z', 'Asia/Beirut'],
    ['TZ=Asia/Tokyo 0 9 * * *', '2026-07-01T00:00:01Z', '2026-07-02T00:00Z', 'America/New_York'],
  ];
  for (const [text, after, expected, zone] of rows) {
    it(`after ${after} ${zone ?? ''} of ${text}: ${expected ?? 'none'}`, () => {
      expect(next(text, after, zone)).to.equal(expected);
    });
  }

  it('of an interval are that long after the last one', () => {
    expect(next('@every 90s', '2026-01-01T00:00:30.400Z')).to.equal('2026-01-01T00:02Z');
  });
});
