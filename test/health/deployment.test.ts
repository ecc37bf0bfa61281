import { expect } from 'chai';
import { verdictOf } from '../../src/health/verdicts.ts';
import type { ReplicaSet } from '../../src/kube/kinds/objects.data.ts';
import {
  container,
  deployment,
  notReady,
  object,
  pod,
  progressing,
  related,
  replicaSet,
  unhealthy,
} from './notation.ts';

describe('the verdict on a Deployment', () => {
  it('is Healthy when all replicas are updated and available', () => {
    expect(verdictOf(deployment({ updated: 3, available: 3 })).state).to.equal('Healthy');
  });

  it('is Progressing while the controller has not observed the generation', () => {
    const fresh = object('apps/v1', 'Deployment', { spec: {} }, { generation: 2 });
    expect(verdictOf(fresh)).to.include({ state: 'Progressing', reason: 'GenerationLag' });
  });

  const steps: readonly [string, Parameters<typeof deployment>[0], string][] = [
    ['replicas are being updated', { updated: 1, available: 1, replicas: 3 }, '1 of 3 replicas updated'],
    ['old replicas stop', { updated: 3, available: 3, replicas: 4 }, '1 of the old replicas still stopping'],
    ['replicas are not available', { updated: 3, available: 1 }, 'pods 1/3 ready'],
  ];
  for (const [why, numbers, message] of steps) {
    it(`is Progressing while ${why}`, () => {
      expect(verdictOf(deployment(numbers))).to.include({ state: 'Progressing', message });
    });
  }

  it('names the pod and its probe when the progress deadline has passed', () => {
    const late = deployment(
      { updated: 1, available: 0, replicas: 4 },
      progressing('ProgressDeadlineExceeded'),
    );
    expect(verdictOf(late, related(notReady, [unhealthy]))).to.deep.equal({
      state: 'Degraded',
      reason: 'ProgressDeadlineExceeded',
      message: 'pod web-abc-1: readiness probe failed 12 times: HTTP 500',
    });
  });

  it('takes a port that does not listen yet for a start, until it has failed three times', () => {
    const refused = { ...unhealthy, message: 'Readiness probe failed: connect ECONNREFUSED 127.0.0.9:80' };
    const message = (count: number) =>
      verdictOf(deployment({ updated: 3, available: 1 }), related(notReady, [{ ...refused, count }])).message;
    expect(message(2)).to.equal('pods 1/3 ready');
    expect(message(3)).to.contain('readiness probe failed 3 times: connect ECONNREFUSED');
  });

  it('takes a start for one no longer than two seconds', () => {
    const event = {
      ...unhealthy,
      message: 'Readiness probe failed: connect ECONNREFUSED 127.0.0.9:80',
      count: 2,
      firstTimestamp: '2026-01-01T12:00:00Z',
      lastTimestamp: '2026-01-01T12:00:03Z',
    };
    const { message } = verdictOf(deployment({ updated: 3, available: 1 }), related(notReady, [event]));
    expect(message).to.contain('readiness probe failed 2 times');
  });

  it('names a process that listens on every address before the probe that cannot reach it', () => {
    const wildcard = pod({
      phase: 'Running',
      conditions: [
        { type: 'Ready', status: 'False' },
        { type: 'pilotage.dev/WildcardAddress', status: 'True', message: 'listens on every address' },
      ],
      ...container({ running: {} }),
    });
    const verdict = verdictOf(deployment({ updated: 3, available: 1 }), related(wildcard, [unhealthy]));
    expect(verdict.message).to.equal('pods 1/3 ready: pod web-abc-1: listens on every address');
    // It will not mend itself.
    expect(verdict.state).to.equal('Degraded');
  });

  it('names the cause already while it progresses', () => {
    const verdict = verdictOf(deployment({ updated: 3, available: 1 }), related(notReady, [unhealthy]));
    expect(verdict.message).to.equal(
      'pods 1/3 ready: pod web-abc-1: readiness probe failed 12 times: HTTP 500',
    );
  });

  it('is Degraded at once when pods cannot be created, for a quota say', () => {
    const status = {
      conditions: [
        { type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message: 'exceeded quota' },
      ],
    };
    expect(verdictOf(deployment({ updated: 0, available: 0 }, status))).to.deep.equal({
      state: 'Degraded',
      reason: 'FailedCreate',
      message: 'exceeded quota',
    });
  });

  it('does not tell of the first refused startup probes: the program is starting', () => {
    const starting = pod({ phase: 'Running' });
    const message = (count: number) =>
      verdictOf(
        deployment({ updated: 3, available: 2 }, progressing('ReplicaSetUpdated')),
        related(starting, [{ ...unhealthy, message: 'Startup probe failed: connection refused', count }]),
      ).message;
    expect(message(2)).to.equal('pods 2/3 ready');
    expect(message(3)).to.contain('startup probe failed 3 times: connection refused');
  });

  it('is Degraded when pods crash after the rollout was complete', () => {
    const crashing = pod({
      phase: 'Running',
      ...container(
        { waiting: { reason: 'CrashLoopBackOff' } },
        { restartCount: 4, lastState: { terminated: { exitCode: 1, reason: 'Error' } } },
      ),
    });
    const verdict = verdictOf(
      deployment({ updated: 3, available: 2 }, progressing('NewReplicaSetAvailable')),
      related(crashing),
    );
    expect(verdict.state).to.equal('Degraded');
    expect(verdict.message).to.equal(
      'pods 2/3 ready: pod web-abc-1: web: CrashLoopBackOff: exit code 1 (restarted 4 times)',
    );
  });

  const crashing = (state: object, rest: object = {}) =>
    verdictOf(
      deployment({ updated: 1, available: 0, replicas: 3 }, progressing('ReplicaSetUpdated')),
      related(pod({ phase: 'Running', ...container(state, rest) })),
    );
  const ended = { exitCode: 1, reason: 'Error', message: "Error: Cannot find module 'pg'" };

  it('only progresses after the first crash, and says what the program said', () => {
    expect(crashing({ terminated: ended })).to.deep.equal({
      state: 'Progressing',
      reason: 'Updating',
      message: "1 of 3 replicas updated: pod web-abc-1: web: exit code 1: Error: Cannot find module 'pg'",
    });
  });

  it('is Degraded at the second crash, long before the progress deadline', () => {
    expect(crashing({ terminated: ended }, { restartCount: 1 })).to.deep.equal({
      state: 'Degraded',
      reason: 'PodsFailing',
      message:
        "pods 0/3 ready: pod web-abc-1: web: exit code 1 (restarted 1 time): Error: Cannot find module 'pg'",
    });
  });

  for (const reason of ['RunContainerError', 'CreateContainerError', 'ImagePullBackOff']) {
    it(`is Degraded at once when a container cannot run: ${reason}`, () => {
      const { state, message } = crashing({ waiting: { reason, message: 'no such program' } });
      expect(state).to.equal('Degraded');
      expect(message).to.equal(`pods 0/3 ready: pod web-abc-1: web: ${reason}: no such program`);
    });
  }

  it('still waits for what others may bring: a ConfigMap, an image that is pulled once more', () => {
    expect(crashing({ waiting: { reason: 'CreateContainerConfigError' } }).state).to.equal('Progressing');
    expect(crashing({ waiting: { reason: 'ErrImagePull' } }).state).to.equal('Progressing');
  });

  it('tells of pods of the new template, not of old ones that go on serving and are not stopping', () => {
    const one = { ...replicaSet, status: { replicas: 1, availableReplicas: 0 } } as ReplicaSet;
    const rolling = deployment({ updated: 3, available: 3, replicas: 4 }, progressing('ReplicaSetUpdated'));
    expect(verdictOf(rolling, { ...related(notReady, [unhealthy]), replicaSets: [one] }).message).to.equal(
      'pods 0/3 ready: pod web-abc-1: readiness probe failed 12 times: HTTP 500',
    );
  });

  it('is Suspended while it is paused', () => {
    expect(verdictOf(object('apps/v1', 'Deployment', { spec: { paused: true } })).state).to.equal(
      'Suspended',
    );
  });
});
