import { expect } from 'chai';
import type { Verdict } from '../../../../src/health/verdict.ts';
import type { KubeObject } from '../../../../src/kube/values/types.ts';
import { ANNOTATIONS } from '../../../../src/model/annotations.ts';
import type { AppRun, HookRecord } from '../../../../src/model/types.ts';
import { deadlineMs, endOf, isWaitedFor, withDeadline } from '../../../../src/sync/plan/hooks/end.ts';
import { phasesOf, runsIn } from '../../../../src/sync/plan/hooks/phases.ts';
import { runId } from '../../../../src/sync/plan/hooks/runs.ts';
import { settled } from '../../../../src/sync/plan/hooks/settle.ts';

const RUN: AppRun = {
  ...{ app: 'web', digest: 'aaaa', revision: 'r1', attempt: 1, cause: 'install', state: 'Started' },
};
const at = { apiVersion: 'batch/v1', kind: 'Job', namespace: 'ns', name: 'migrate' };
const RUNNING: HookRecord = {
  ...{ ...at, phase: 'PreSync', state: 'Running', uid: 'u1', startedAt: '2026-01-01T00:00:00Z' },
};
const { uid: _uid, ...unmade } = RUNNING;
const STARTING: HookRecord = { ...unmade, state: 'Starting' };
const START = Date.parse(RUNNING.startedAt);

function job(condition?: string, { uid = 'u1', run = runId(RUN, 'PreSync'), spec = {} } = {}): KubeObject {
  const conditions = condition ? [{ type: condition, status: 'True' }] : [];
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'migrate', namespace: 'ns', uid, annotations: { [ANNOTATIONS.hookRun]: run } },
    spec,
    status: { conditions },
  };
}

const WORKS: Verdict = { state: 'Progressing', message: 'the job has not finished' };

/** `Failed: why` of a look so many seconds after the start. */
function look(
  record: HookRecord,
  live: KubeObject | undefined,
  seconds = 1,
  verdict: Verdict = WORKS,
): string {
  const { state, message } = settled(RUN, record, { live, verdict, now: START + seconds * 1000 });
  return message ? `${state}: ${message}` : state;
}

describe('a hook that is under way', () => {
  it('runs until its Job has ended', () => {
    expect(look(RUNNING, job())).to.equal('Running');
    expect(look(RUNNING, job('Complete'))).to.equal('Succeeded');
    expect(look(RUNNING, job('Failed'), 1, { state: 'Degraded', message: 'exit code 3' })).to.equal(
      'Failed: exit code 3',
    );
  });

  it('that was about to be made when the daemon died is found again, or was never made', () => {
    expect(look(STARTING, undefined)).to.equal('Starting');
    expect(look(STARTING, job())).to.equal('Running');
    expect(look(STARTING, job('Complete'))).to.equal('Succeeded');
    expect(look(STARTING, job('Complete', { run: 'an earlier one' }))).to.equal('Starting');
  });

  it('is not made a second time where its object is gone, or is another', () => {
    expect(look(RUNNING, undefined)).to.equal('Failed: it was deleted before its end was seen');
    expect(look(RUNNING, job('Complete', { uid: 'u2' }))).to.equal(
      'Failed: another object of its name has taken its place',
    );
  });

  it('is given up after five minutes, or after the deadline that its Job has', () => {
    expect(look(RUNNING, job(), 299)).to.equal('Running');
    expect(look(RUNNING, job(), 300)).to.equal(
      'Failed: it did not end within 5 minutes: the job has not finished',
    );
    const own = job(undefined, { spec: { activeDeadlineSeconds: 1000 } });
    expect(look(RUNNING, own, 1000)).to.equal('Running');
    expect(look(RUNNING, own, 1015)).to.match(/^Failed: it did not end within 1015 seconds/);
  });

  it('has its deadline in the cluster too, later than here, so that its log can be read', () => {
    const made = withDeadline(job());
    expect(made.spec).to.deep.equal({ activeDeadlineSeconds: 315 });
    expect(deadlineMs(made)).to.equal(300_000);
    const own = job(undefined, { spec: { activeDeadlineSeconds: 9 } });
    expect(withDeadline(own)).to.deep.equal(own);
  });

  it('is there for an hour after its end, however soon its Job would go: its end is to be seen', () => {
    const ttl = (seconds: number) =>
      withDeadline(job(undefined, { spec: { activeDeadlineSeconds: 9, ttlSecondsAfterFinished: seconds } }))
        .spec;
    expect(ttl(0)).to.deep.equal({ activeDeadlineSeconds: 9, ttlSecondsAfterFinished: 3600 });
    expect(ttl(7200)).to.deep.equal({ activeDeadlineSeconds: 9, ttlSecondsAfterFinished: 7200 });
  });

  it('is given up after a day, whatever deadline its Job has', () => {
    const own = job(undefined, { spec: { activeDeadlineSeconds: 2147483647 } });
    expect(look(RUNNING, own, 86_399)).to.equal('Running');
    expect(look(RUNNING, own, 86_400)).to.match(/^Failed: it did not end within 1440 minutes/);
  });

  it('of another kind is waited for by its health where Argo CD’s annotations say hook, and not where Helm’s do', () => {
    const map = { apiVersion: 'v1', kind: 'ConfigMap' };
    expect(isWaitedFor(map, { tool: 'helm' })).to.equal(false);
    expect(isWaitedFor(map, { tool: 'argo' })).to.equal(true);
    expect(isWaitedFor(at, { tool: 'helm' })).to.equal(true);
  });

  it('of a Pod ends with its phase', () => {
    const pod = (phase: string) => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'p' },
      status: { phase },
    });
    expect(['Running', 'Succeeded', 'Failed'].map((phase) => endOf(pod(phase)))).to.deep.equal([
      undefined,
      'succeeded',
      'failed',
    ]);
  });
});

describe('the phase of a hook', () => {
  const marks = (events: string) => ({
    ...{ events: events.split(',') as never, tool: 'helm' as const, weight: 0, deletes: [] },
  });

  it('follows from its events, each phase once', () => {
    expect(phasesOf(marks('pre-install,pre-upgrade,post-delete'))).to.deep.equal(['PreSync', 'PostDelete']);
    expect(phasesOf(marks('PreSync,SyncFail'))).to.deep.equal(['PreSync', 'SyncFail']);
  });

  const TABLE: readonly (readonly [event: string, install: boolean, upgrade: boolean, rollback: boolean])[] =
    [
      ['pre-install', true, false, false],
      ['pre-upgrade', false, true, false],
      ['pre-rollback', false, false, true],
      ['PreSync', true, true, true],
      ['post-install', false, false, false],
    ];
  for (const [event, ...expected] of TABLE) {
    it(`PreSync holds ${event} for ${expected.join(', ')} (install, upgrade, rollback)`, () => {
      const causes = ['install', 'upgrade', 'rollback'] as const;
      expect(causes.map((cause) => runsIn(marks(event), 'PreSync', cause))).to.deep.equal(expected);
    });
  }
});
