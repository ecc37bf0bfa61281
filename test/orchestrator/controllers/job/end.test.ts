import { expect } from 'chai';
import type { JobSpec, JobStatus } from '../../../../src/kube/kinds/objects.data.ts';
import { deadlineInMs, endOf, isComplete } from '../../../../src/orchestrator/controllers/job/end.ts';
import { ago, facts, indexed, type JobPodFacts, job, jobPod, met, NOW } from './notation.ts';

const failures = (n: number, of: JobPodFacts = {}) =>
  Array.from({ length: n }, (_, i) => jobPod(`f${i}`, { phase: 'Failed', ...of }));
const end = (...of: Parameters<typeof facts>) => {
  const { type, reason } = endOf(facts(...of), NOW) ?? {};
  return type && `${type}: ${reason}`;
};

describe('the end of a Job', () => {
  it('has not come while its pods are within its limits', () => {
    expect(end(job(), jobPod('p'))).to.equal(undefined);
    expect(end(job({ backoffLimit: 2 }), ...failures(2))).to.equal(undefined);
  });

  it('has come with one failure more than its back-off limit, those of earlier passes counted in', () => {
    expect(end(job({ backoffLimit: 2 }), ...failures(3))).to.equal('Failed: BackoffLimitExceeded');
    expect(end(job({ backoffLimit: 2 }, { failed: 2 }), ...failures(1))).to.equal(
      'Failed: BackoffLimitExceeded',
    );
    const counted = { failed: 2, uncountedTerminatedPods: { failed: ['f0'] } };
    expect(end(job({ backoffLimit: 3 }, counted), ...failures(1))).to.equal(undefined);
    expect(end(job({ backoffLimit: 2 }, { failed: 2 }), ...failures(5, { counted: true }))).to.equal(
      undefined,
    );
  });

  it('takes restarts within pods for failures where containers are restarted', () => {
    const { template } = job().spec;
    const onFailure: Partial<JobSpec> = {
      template: { ...template, spec: { ...template.spec, restartPolicy: 'OnFailure' } },
    };
    const restarted = (restarts: number) => jobPod('p', { restarts });
    expect(end(job({ ...onFailure, backoffLimit: 2 }), restarted(1))).to.equal(undefined);
    expect(end(job({ ...onFailure, backoffLimit: 2 }), restarted(2))).to.equal(
      'Failed: BackoffLimitExceeded',
    );
    expect(end(job({ ...onFailure, backoffLimit: 0 }), restarted(0))).to.equal(undefined);
    expect(end(job({ ...onFailure, backoffLimit: 0 }), restarted(1))).to.equal(
      'Failed: BackoffLimitExceeded',
    );
    expect(end(job({ backoffLimit: 2 }), restarted(9))).to.equal(undefined);
  });

  it('has come when it was active for too long', () => {
    const limited = (spec: Partial<JobSpec>, status: JobStatus = { startTime: ago(30) }) =>
      end(job({ activeDeadlineSeconds: 30, ...spec }, status), jobPod('p'));
    expect(limited({})).to.equal('Failed: DeadlineExceeded');
    expect(limited({ activeDeadlineSeconds: 31 })).to.equal(undefined);
    expect(limited({ suspend: true })).to.equal(undefined);
    expect(limited({}, {})).to.equal(undefined);
  });

  it('counts the time anew where it was suspended', () => {
    const resumed = job({ activeDeadlineSeconds: 9 }, { startTime: ago(30), conditions: [met('Suspended')] });
    expect(deadlineInMs(resumed, NOW)).to.equal(9_000);
  });

  it('has come by a rule of the podFailurePolicy, whatever the limits say', () => {
    const podFailurePolicy = { rules: [{ action: 'FailJob', onExitCodes: { operator: 'In', values: [3] } }] };
    expect(end(job({ podFailurePolicy, backoffLimit: 0 }), ...failures(2, { exitCode: 3 }))).to.equal(
      'Failed: PodFailurePolicy',
    );
    const ignoring = { rules: [{ action: 'Ignore', onExitCodes: { operator: 'In', values: [3] } }] };
    const ignored = job({ podFailurePolicy: ignoring, backoffLimit: 0 });
    expect(end(ignored, ...failures(5, { exitCode: 3 }))).to.equal(undefined);
    expect(end(ignored, ...failures(1, { exitCode: 4 }))).to.equal('Failed: BackoffLimitExceeded');
  });

  it('has come when more indexes have failed than may, or when all have ended and one has failed', () => {
    const failed = (index: number) => jobPod(`f${index}`, { phase: 'Failed', index, failures: 0 });
    const limits = { backoffLimitPerIndex: 0, backoffLimit: 99 };
    expect(end(indexed(3, { ...limits, maxFailedIndexes: 1 }), failed(0))).to.equal(undefined);
    expect(end(indexed(3, { ...limits, maxFailedIndexes: 1 }), failed(0), failed(1))).to.equal(
      'Failed: MaxFailedIndexesExceeded',
    );
    const others = { completedIndexes: '1', failedIndexes: '2' };
    expect(end(indexed(3, limits, others), failed(0))).to.equal('Failed: FailedIndexes');
    expect(end(indexed(3, limits, { completedIndexes: '1-2' }), failed(0))).to.equal('Failed: FailedIndexes');
    expect(end(indexed(3, { ...limits, backoffLimitPerIndex: 1 }), failed(0))).to.equal(undefined);
  });

  it('fails an index at once where the podFailurePolicy says so', () => {
    const podFailurePolicy = {
      rules: [{ action: 'FailIndex', onExitCodes: { operator: 'In', values: [3] } }],
    };
    const of = indexed(1, { backoffLimitPerIndex: 5, backoffLimit: 99, podFailurePolicy });
    expect(end(of, jobPod('f', { phase: 'Failed', index: 0, exitCode: 3 }))).to.equal(
      'Failed: FailedIndexes',
    );
    expect(end(of, jobPod('f', { phase: 'Failed', index: 0, exitCode: 4 }))).to.equal(undefined);
  });

  it('has come with success by the successPolicy', () => {
    const of = indexed(3, { successPolicy: { rules: [{ succeededIndexes: '0' }] } });
    expect(end(of, jobPod('p', { phase: 'Succeeded', index: 0 }))).to.equal('Complete: SuccessPolicy');
    expect(end(of, jobPod('p', { phase: 'Succeeded', index: 1 }))).to.equal(undefined);
  });

  it('stays as it was announced', () => {
    const announced = (type: string) => ({ conditions: [met(type, 'Told')], startTime: ago(99) });
    const spec = { activeDeadlineSeconds: 1 };
    expect(end(job(spec, announced('FailureTarget')))).to.equal('Failed: Told');
    expect(end(job(spec, announced('SuccessCriteriaMet')))).to.equal('Complete: Told');
  });

  it('is complete when enough pods have succeeded and none is active', () => {
    const done = (n: number) => Array.from({ length: n }, (_, i) => jobPod(`s${i}`, { phase: 'Succeeded' }));
    expect(isComplete(facts(job({ completions: 2 }), ...done(1)), 0)).to.equal(false);
    expect(isComplete(facts(job({ completions: 2 }), ...done(2)), 0)).to.equal(true);
    expect(isComplete(facts(job({ completions: 2 }), ...done(2)), 1)).to.equal(false);
    expect(isComplete(facts(job({ completions: 0 })), 0)).to.equal(true);
    expect(isComplete(facts(job({ completions: 2 }, { succeeded: 1 }), ...done(1)), 0)).to.equal(true);
  });

  it('is complete with one success where no number of completions is given', () => {
    const { completions: _, ...spec } = job({ parallelism: 3 }).spec;
    const queue = { ...job(), spec };
    const success = jobPod('s', { phase: 'Succeeded' });
    expect(isComplete(facts(queue, success), 0)).to.equal(true);
    expect(isComplete(facts(queue, success), 1)).to.equal(false);
    expect(isComplete(facts(queue), 0)).to.equal(false);
  });
});
