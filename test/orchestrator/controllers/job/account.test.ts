import { expect } from 'chai';
import type { Job, Pod } from '../../../../src/kube/kinds/objects.data.ts';
import {
  accountFor,
  concludeStatus,
  type PodOutcome,
} from '../../../../src/orchestrator/controllers/job/account.ts';
import { decideJob } from '../../../../src/orchestrator/controllers/job/decide.ts';
import { ago, facts, indexed, job, jobPod, met, NOW, running } from './notation.ts';

const START = '2026-01-01T11:59:00Z';
const TIME = '2026-01-01T12:00:00Z';

function account(of: Job, pods: readonly Pod[], outcome: Partial<PodOutcome> = {}) {
  const known = facts(of, ...pods);
  const all = { created: 0, deleted: 0, deletedReady: 0, ...outcome };
  return accountFor(known, decideJob(known, NOW), all, NOW);
}
const names = (pods: readonly Pod[]) => pods.map(({ metadata }) => metadata.name);
const types = (of: Job['status']) => of?.conditions?.map(({ type, status }) => `${type}=${status}`) ?? [];
/** As if all finalizers of `account` had been taken off. */
const concluded = (of: Job, first: ReturnType<typeof account>, held: readonly string[] = []) =>
  concludeStatus({ ...of, status: first.status }, new Set(held), first, NOW);

const done = (name: string, of: object = {}) => jobPod(name, { phase: 'Succeeded', ...of });
const failed = (name: string, of: object = {}) => jobPod(name, { phase: 'Failed', ...of });

describe('the account of a Job', () => {
  it('says when it began, and what its pods are doing', () => {
    const pods = [jobPod('a', { ready: true }), jobPod('b'), jobPod('c', { leaving: true, counted: true })];
    expect(account(job({ completions: 3, parallelism: 3 }), pods, { created: 1 }).status).to.deep.equal({
      startTime: TIME,
      active: 3,
      ready: 1,
      terminating: 1,
      uncountedTerminatedPods: {},
    });
  });

  it('lists pods that have ended before their finalizers go, and counts them afterwards', () => {
    const of = job({ completions: 4, parallelism: 2 }, { succeeded: 1, startTime: START });
    const first = account(of, [done('a'), failed('b'), jobPod('c')]);
    expect(first.status).to.deep.include({
      succeeded: 1,
      uncountedTerminatedPods: { succeeded: ['a'], failed: ['b'] },
    });
    expect(names(first.released)).to.deep.equal(['a', 'b']);
    const last = concluded(of, first, ['c']);
    expect(last).to.deep.include({ succeeded: 2, failed: 1, uncountedTerminatedPods: {} });
    expect(types(last)).to.deep.equal([]);
  });

  it('says how many pods are active while it waits to replace another', () => {
    const of = job({ completions: 4, parallelism: 2 }, { startTime: START });
    const known = facts(of, failed('a'), jobPod('b'));
    expect(decideJob(known, NOW).type).to.equal('wait');
    expect(account(of, [failed('a'), jobPod('b')]).status.active).to.equal(1);
  });

  it('counts no pod twice when it stopped half way', () => {
    const listed = { startTime: START, uncountedTerminatedPods: { succeeded: ['a'], failed: ['b'] } };
    const of = job({ completions: 3 }, listed);
    // The first has lost its finalizer already.
    const first = account(of, [done('a', { counted: true }), failed('b')]);
    expect(first.status).to.deep.include({ succeeded: 1, uncountedTerminatedPods: { failed: ['b'] } });
    expect(first.status.failed).to.equal(undefined);
    expect(names(first.released)).to.deep.equal(['b']);
    expect(concluded(of, first)).to.deep.include({ succeeded: 1, failed: 1 });
  });

  it('keeps on the list whose finalizer could not be taken off', () => {
    const of = job({ completions: 3 }, { startTime: START });
    const last = concluded(of, account(of, [done('a'), done('b')]), ['b']);
    expect(last).to.deep.include({ succeeded: 1, uncountedTerminatedPods: { succeeded: ['b'] } });
  });

  it('announces that enough have succeeded, then says that it is complete', () => {
    const of = job({}, { startTime: START });
    const first = account(of, [done('a')]);
    expect(types(first.status)).to.deep.equal(['SuccessCriteriaMet=True']);
    const last = concluded(of, first);
    expect(types(last)).to.deep.equal(['SuccessCriteriaMet=True', 'Complete=True']);
    expect(last).to.deep.include({ succeeded: 1, completionTime: TIME });
    expect(last.conditions?.[1]).to.deep.equal({
      type: 'Complete',
      status: 'True',
      reason: 'CompletionsReached',
      message: 'Reached expected number of succeeded pods',
      lastProbeTime: TIME,
      lastTransitionTime: TIME,
    });
  });

  it('announces that it has failed, and counts its other pods as failed', () => {
    const of = job({ backoffLimit: 0, parallelism: 2, completions: 2 }, { startTime: START });
    const first = account(of, [failed('a'), jobPod('b')], { deleted: 1 });
    expect(types(first.status)).to.deep.equal(['FailureTarget=True']);
    expect(first.status.uncountedTerminatedPods).to.deep.equal({ failed: ['a', 'b'] });
    // One is still terminating.
    expect(types(concluded(of, first))).to.deep.equal(['FailureTarget=True']);
    const later = { ...of, status: concluded(of, first) };
    const second = account(later, []);
    expect(types(second.status)).to.deep.equal(['FailureTarget=True']);
    const last = concluded(later, second);
    expect(types(last)).to.deep.equal(['FailureTarget=True', 'Failed=True']);
    expect(last).to.deep.include({ failed: 2 });
    expect(last.completionTime).to.equal(undefined);
  });

  it('announces nothing while a pod that is to be deleted is there', () => {
    const of = job({ backoffLimit: 0, parallelism: 2, completions: 2 }, { startTime: START });
    expect(types(account(of, [failed('a'), jobPod('b')]).status)).to.deep.equal([]);
  });

  it('does not count pods that are deleted after a success by policy', () => {
    const of = indexed(2, { successPolicy: { rules: [{ succeededCount: 1 }] } }, { startTime: START });
    const first = account(of, [done('p0', { index: 0 }), ...running(1)], { deleted: 1 });
    expect(types(first.status)).to.deep.equal(['SuccessCriteriaMet=True']);
    expect(names(first.released)).to.deep.equal(['p0', 'p1']);
    expect(first.status).to.deep.include({ succeeded: 1, uncountedTerminatedPods: {} });
  });

  it('counts failures that the podFailurePolicy ignores for nothing', () => {
    const podFailurePolicy = { rules: [{ action: 'Ignore', onExitCodes: { operator: 'In', values: [3] } }] };
    const of = job({ podFailurePolicy }, { startTime: START });
    const first = account(of, [failed('a', { exitCode: 3 }), failed('b', { exitCode: 4 })]);
    expect(names(first.released)).to.deep.equal(['a', 'b']);
    expect(first.status.uncountedTerminatedPods).to.deep.equal({ failed: ['b'] });
  });

  it('waits for the end of a pod that is being deleted where only failed ones are replaced', () => {
    const leaving = jobPod('a', { leaving: true });
    expect(names(account(job(), [leaving]).released)).to.deep.equal(['a']);
    expect(names(account(job({ podReplacementPolicy: 'Failed' }), [leaving]).released)).to.deep.equal([]);
  });

  it('lists the indexes that have succeeded, and those that have failed', () => {
    const of = indexed(
      5,
      { backoffLimitPerIndex: 0, backoffLimit: 99 },
      { startTime: START, completedIndexes: '0' },
    );
    const pods = [
      done('p1', { index: 1 }),
      done('p2', { index: 2 }),
      failed('p4', { index: 4, failures: 0 }),
      done('beyond', { index: 5 }),
      ...running(3),
    ];
    const { status } = account(of, pods);
    expect(status).to.deep.include({ succeeded: 3, completedIndexes: '0-2', failedIndexes: '4' });
    expect(status.uncountedTerminatedPods).to.deep.equal({ failed: ['p4'] });
    expect(account(indexed(2), []).status).to.not.have.any.keys(
      'completedIndexes',
      'failedIndexes',
      'succeeded',
    );
  });

  it('keeps the failed pod of an index until the next one has taken over its count', () => {
    const of = indexed(2, { backoffLimitPerIndex: 3, backoffLimit: 99 }, { startTime: START });
    const old = failed('old', { index: 0, failures: 1 });
    expect(names(account(of, [old, ...running(1)]).released)).to.deep.equal([]);
    expect(names(account(of, [old, ...running(0, 1)]).released)).to.deep.equal(['old']);
  });

  it('leaves the rest for the next pass where very many have ended, and has not come to its end before', () => {
    const of = job({ completions: 600, parallelism: 600 }, { startTime: START });
    const pods = Array.from({ length: 600 }, (_, i) => done(`p${i}`));
    const first = account(of, pods);
    expect(first.released).to.have.length(500);
    const last = concluded(of, first);
    expect(last.succeeded).to.equal(500);
    expect(types(last)).to.deep.equal(['SuccessCriteriaMet=True']);
  });

  it('releases all pods of a Job that is being deleted', () => {
    const of = job({}, { startTime: START }, { deletionTimestamp: ago(1) });
    expect(names(account(of, [jobPod('a')]).released)).to.deep.equal(['a']);
  });

  it('says that it is suspended, and since when it runs again', () => {
    const suspended = account(job({ suspend: true }), []).status;
    expect(suspended.startTime).to.equal(undefined);
    expect(types(suspended)).to.deep.equal(['Suspended=True']);
    const before = { startTime: START, conditions: [met('Suspended', 'JobSuspended', 'Job suspended')] };
    expect(account(job({ suspend: true }, before), []).status.conditions).to.deep.equal(before.conditions);
    const resumed = account(job({}, before), [], { created: 1 }).status;
    expect(resumed.startTime).to.equal(TIME);
    expect(resumed.conditions).to.deep.equal([
      {
        type: 'Suspended',
        status: 'False',
        reason: 'JobResumed',
        message: 'Job resumed',
        lastProbeTime: TIME,
        lastTransitionTime: TIME,
      },
    ]);
  });
});
