import { expect } from 'chai';
import type { CronJobStatus, Job } from '../../../../src/kube/kinds/objects.data.ts';
import { reviewJobs } from '../../../../src/orchestrator/controllers/cronjob/active.ts';
import { surplusJobs } from '../../../../src/orchestrator/controllers/cronjob/history.ts';
import { jobFrom } from '../../../../src/orchestrator/controllers/cronjob/job.ts';
import { active, at, cronJob, ms, ownJob } from './notation.ts';

describe('the Jobs of a CronJob', () => {
  const review = (status: CronJobStatus, jobs: readonly Job[], missing: readonly string[] = []) => {
    const found = reviewJobs(cronJob({}, status), jobs, active(...missing));
    return {
      status: found.status,
      events: found.events.map(({ reason, message }) => `${reason}: ${message}`),
    };
  };

  it('are active until they have ended', () => {
    expect(review({ active: active('a', 'b') }, [ownJob('a'), ownJob('b', 'Failed')])).to.deep.equal({
      status: { active: active('a') },
      events: ['SawCompletedJob: Saw completed job: b, condition: Failed'],
    });
  });

  it('say when the last one succeeded, whether the CronJob knew it or not', () => {
    const jobs = [
      ownJob('a', 'Complete', '11:40:00'),
      ownJob('b', 'Complete', '11:20:00'),
      ownJob('c', 'Failed'),
    ];
    expect(review({}, jobs).status).to.deep.equal({ lastSuccessfulTime: at('11:40:00') });
    const later = { lastSuccessfulTime: at('11:50:00') };
    expect(review(later, jobs).status).to.deep.equal(later);
  });

  it('are told of where the CronJob did not start them, and where they are gone', () => {
    expect(review({}, [ownJob('manual')]).events).to.deep.equal([
      'UnexpectedJob: Saw a job that the controller did not create or forgot: manual',
    ]);
    expect(review({ active: active('a', 'b') }, [ownJob('a')], ['b'])).to.deep.equal({
      status: { active: active('a') },
      events: ['MissingJob: Active job went missing: b'],
    });
  });

  it('are kept in the number that its history says, the last ones of each end', () => {
    const ended = (end: 'Complete' | 'Failed') =>
      ['11:05:00', '11:02:00', '11:04:00'].map((time) => ownJob(`${end} ${time}`, end, '11:30:00', at(time)));
    const names = (limits: object) =>
      surplusJobs(cronJob(limits), [...ended('Complete'), ...ended('Failed'), ownJob('runs')]).map(
        ({ metadata }) => metadata.name,
      );
    expect(names({})).to.deep.equal(['Failed 11:02:00', 'Failed 11:04:00']);
    expect(names({ successfulJobsHistoryLimit: 1, failedJobsHistoryLimit: 3 })).to.deep.equal([
      'Complete 11:02:00',
      'Complete 11:04:00',
    ]);
    expect(names({ successfulJobsHistoryLimit: 0, failedJobsHistoryLimit: 0 })).to.have.length(6);
  });

  it('come from its template, are called by the minute, and say when they were due', () => {
    const template = {
      metadata: { labels: { app: 'tick' }, annotations: { by: 'me' } },
      spec: cronJob().spec.jobTemplate.spec,
    };
    const of = cronJob({ jobTemplate: template, timeZone: 'Asia/Kolkata' });
    const { metadata, spec } = jobFrom(of, ms('12:00:00'));
    expect(metadata).to.deep.include({
      name: `tick-${ms('12:00:00') / 60_000}`,
      labels: { app: 'tick' },
      annotations: {
        by: 'me',
        'batch.kubernetes.io/cronjob-scheduled-timestamp': '2026-01-01T17:30:00+05:30',
      },
    });
    expect(metadata.ownerReferences?.[0]).to.deep.include({
      kind: 'CronJob',
      name: 'tick',
      controller: true,
    });
    expect(spec).to.equal(template.spec);
  });
});
