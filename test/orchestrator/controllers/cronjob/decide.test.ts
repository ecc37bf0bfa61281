import { expect } from 'chai';
import type { CronJob } from '../../../../src/kube/kinds/objects.data.ts';
import { decideStart, nextInMs } from '../../../../src/orchestrator/controllers/cronjob/decide.ts';
import { active, at, cronJob, ms, NOW } from './notation.ts';

const MINUTE = 60_000;
/** To one o'clock, and a tenth of a second. */
const NEXT = 59.5 * MINUTE + 100;
const decide = (of: CronJob, zone = 'UTC') => decideStart(of, zone, NOW);
const reasons = (of: CronJob) => decide(of).events.map(({ type, reason }) => `${type} ${reason}`);

describe('a CronJob', () => {
  it('starts a Job at its times, and looks again at the next one', () => {
    expect(decide(cronJob())).to.deep.equal({
      start: ms('12:00:00'),
      replaced: [],
      events: [],
      afterMs: NEXT,
    });
  });

  it('starts none for a time that has had its Job, or before there is one', () => {
    const idle = { replaced: [], events: [], afterMs: NEXT };
    expect(decide(cronJob({}, { lastScheduleTime: at('12:00:00') }))).to.deep.equal(idle);
    expect(decide(cronJob({}, { active: active(`tick-${ms('12:00:00') / MINUTE}`) }))).to.deep.equal(idle);
    expect(decide(cronJob({}, undefined, { creationTimestamp: at('12:00:10') }))).to.deep.equal(idle);
  });

  it('starts one Job for the last of several times that were missed', () => {
    const { start, events } = decide(cronJob({ schedule: '*/5 * * * *' }));
    expect(start).to.equal(ms('12:00:00'));
    expect(events).to.deep.equal([]);
  });

  it('says that more than a hundred were missed, and starts the last all the same', () => {
    const of = cronJob({ schedule: '* * * * *' }, { lastScheduleTime: at('10:00:00') });
    expect(decide(of).start).to.equal(ms('12:00:00'));
    expect(decide(of).events).to.deep.equal([
      {
        type: 'Warning',
        reason: 'TooManyMissedTimes',
        message:
          'too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew',
      },
    ]);
    expect(reasons({ ...of, spec: { ...of.spec, startingDeadlineSeconds: 600 } })).to.deep.equal([]);
  });

  it('does not start what is later than its deadline', () => {
    const late = cronJob({ startingDeadlineSeconds: 29 });
    expect(decide(late).start).to.equal(undefined);
    expect(decide(late).afterMs).to.equal(NEXT);
    expect(decide(cronJob({ startingDeadlineSeconds: 31 })).start).to.equal(ms('12:00:00'));
  });

  it('goes by its own time zone, else by that of the cluster', () => {
    const daily = (timeZone?: string) =>
      cronJob({ schedule: '30 17 * * *', ...(timeZone ? { timeZone } : {}) });
    expect(decide(daily('Asia/Kolkata')).start).to.equal(ms('12:00:00'));
    expect(decide(daily(), 'Asia/Kolkata').start).to.equal(ms('12:00:00'));
    expect(decide(daily('UTC'), 'Asia/Kolkata').start).to.equal(undefined);
  });

  it('starts none beside one that runs where it forbids that', () => {
    const of = cronJob({ concurrencyPolicy: 'Forbid' }, { active: active('tick-1') });
    expect(decide(of)).to.deep.equal({
      replaced: [],
      events: [
        {
          type: 'Normal',
          reason: 'JobAlreadyActive',
          message: 'Not starting job because prior execution is running and concurrency policy is Forbid',
        },
      ],
      afterMs: NEXT,
    });
    expect(decide(cronJob({ concurrencyPolicy: 'Forbid' })).start).to.equal(ms('12:00:00'));
    expect(decide(cronJob({}, { active: active('tick-1') })).start).to.equal(ms('12:00:00'));
  });

  it('replaces those that run where it says so', () => {
    const of = cronJob({ concurrencyPolicy: 'Replace' }, { active: active('tick-1', 'tick-2') });
    expect(decide(of)).to.deep.include({ start: ms('12:00:00'), replaced: active('tick-1', 'tick-2') });
  });

  it('starts nothing while it is suspended or being deleted', () => {
    const idle = { replaced: [], events: [] };
    expect(decide(cronJob({ suspend: true }))).to.deep.equal(idle);
    expect(decide(cronJob({}, {}, { deletionTimestamp: at('12:00:00') }))).to.deep.equal(idle);
  });

  it('says that its schedule never comes, or cannot be read, and that its zone is unknown', () => {
    expect(decide(cronJob({ schedule: '0 0 31 2 *' })).events).to.deep.equal([
      {
        type: 'Warning',
        reason: 'InvalidSchedule',
        message: 'invalid schedule: 0 0 31 2 * : time difference between two schedules is less than 1 second',
      },
    ]);
    expect(decide(cronJob({ schedule: 'now' })).events[0]).to.include({
      reason: 'UnparseableSchedule',
      message: 'unparseable schedule: "now" : expected exactly 5 fields, found 1: [now]',
    });
    expect(decide(cronJob({ timeZone: 'Mars/Olympus' })).events[0]).to.include({
      reason: 'UnknownTimeZone',
      message: 'invalid timeZone: "Mars/Olympus": unknown time zone Mars/Olympus',
    });
    expect(reasons(cronJob({ schedule: 'TZ=Mars/Olympus 0 * * * *' }))).to.deep.equal([
      'Warning UnknownTimeZone',
    ]);
  });

  it('looks again at the next time after now, however long it was away', () => {
    const wait = (of: CronJob) => nextInMs(of, 'UTC', NOW);
    expect(wait(cronJob({ schedule: '* * * * *' }))).to.equal(30_100);
    expect(
      wait(cronJob({ schedule: '* 9 * * *' }, undefined, { creationTimestamp: '2025-12-01T00:00:00Z' })),
    ).to.equal(20 * 60 * MINUTE + 59.5 * MINUTE + 100);
    expect(wait(cronJob({ schedule: '@every 7m' }))).to.equal(2.5 * MINUTE + 100);
    expect(wait(cronJob({ schedule: '0 0 31 2 *' }))).to.equal(undefined);
  });
});
