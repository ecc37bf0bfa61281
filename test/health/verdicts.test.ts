import { expect } from 'chai';
import { rollup } from '../../src/health/rollup.ts';
import { NOTHING_RELATED, type Related } from '../../src/health/verdicts.related.ts';
import { verdictOf } from '../../src/health/verdicts.ts';
import type { KubeEvent, Pod, ReplicaSet } from '../../src/kube/kinds/objects.ts';
import type { KubeObject } from '../../src/kube/values/types.ts';
import { REACHABLE } from '../../src/orchestrator/network/report.ts';

const object = (apiVersion: string, kind: string, rest: object, metadata: object = {}): KubeObject => ({
  apiVersion,
  kind,
  metadata: { name: 'web', namespace: 'shop', uid: 'd1', generation: 1, ...metadata },
  ...rest,
});

/** `2/3 updated 1 available`: a Deployment whose status has been observed. */
function deployment(
  numbers: { replicas?: number; updated: number; available: number; wanted?: number },
  rest = {},
) {
  const { wanted = 3, updated, available, replicas = updated } = numbers;
  return object('apps/v1', 'Deployment', {
    spec: { replicas: wanted },
    status: {
      observedGeneration: 1,
      replicas,
      updatedReplicas: updated,
      availableReplicas: available,
      ...rest,
    },
  });
}

const progressing = (reason: string) => ({
  conditions: [{ type: 'Progressing', status: 'True', reason, message: 'm' }],
});

const replicaSet = object(
  'apps/v1',
  'ReplicaSet',
  { spec: {} },
  {
    name: 'web-abc',
    uid: 'r1',
    ownerReferences: [{ uid: 'd1', kind: 'Deployment', name: 'web', apiVersion: 'apps/v1' }],
  },
) as unknown as ReplicaSet;

function pod(status: object, spec: object = {}): Pod {
  const metadata = {
    name: 'web-abc-1',
    uid: 'p1',
    ownerReferences: [{ uid: 'r1', kind: 'ReplicaSet', name: 'web-abc', apiVersion: 'apps/v1' }],
  };
  return object('v1', 'Pod', { spec: { containers: [], ...spec }, status }, metadata) as unknown as Pod;
}

const container = (state: object, rest: object = {}) => ({
  containerStatuses: [{ name: 'web', ready: false, restartCount: 0, image: '', imageID: '', state, ...rest }],
});

const unhealthy: KubeEvent = {
  apiVersion: 'v1',
  kind: 'Event',
  metadata: { name: 'e' },
  involvedObject: { uid: 'p1' },
  reason: 'Unhealthy',
  message: 'Readiness probe failed: HTTP 500',
  count: 12,
};

const related = (one: Pod, events: KubeEvent[] = []): Related => ({
  pods: [one],
  replicaSets: [replicaSet],
  events,
});
const notReady = pod({
  phase: 'Running',
  conditions: [{ type: 'Ready', status: 'False' }],
  ...container({ running: {} }),
});

/** A Service that its proxy cannot serve where it says, for `reason`. */
const reachable = (reason: string): KubeObject =>
  object('v1', 'Service', {
    spec: { type: 'ClusterIP' },
    status: { conditions: [{ type: REACHABLE, status: 'False', reason, message: 'm' }] },
  });

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

describe('the verdict on a Pod', () => {
  const cases: readonly [string, Pod, string, RegExp?][] = [
    ['ready', pod({ phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] }), 'Healthy'],
    ['finished', pod({ phase: 'Succeeded' }), 'Healthy'],
    ['failed', pod({ phase: 'Failed', message: 'evicted' }), 'Degraded', /evicted/],
    [
      'without its image',
      pod({ phase: 'Pending', ...container({ waiting: { reason: 'ErrImagePull', message: 'import it' } }) }),
      'Degraded',
      /ErrImagePull: import it/,
    ],
    [
      'not scheduled',
      pod({
        phase: 'Pending',
        conditions: [
          { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/1 nodes' },
        ],
      }),
      'Progressing',
      /Unschedulable: 0\/1 nodes/,
    ],
    ['not ready yet', notReady, 'Progressing'],
  ];
  for (const [what, one, state, message = /^/] of cases) {
    it(`${what} is ${state}`, () => {
      const verdict = verdictOf(one, NOTHING_RELATED);
      expect(verdict.state).to.equal(state);
      expect(verdict.message ?? '').to.match(message);
    });
  }
});

describe('the verdict on other kinds', () => {
  const cases: readonly [string, KubeObject, string][] = [
    [
      'a failed Job',
      object('batch/v1', 'Job', {
        status: { conditions: [{ type: 'Failed', status: 'True', message: 'x' }] },
      }),
      'Degraded',
    ],
    [
      'a complete Job',
      object('batch/v1', 'Job', { status: { conditions: [{ type: 'Complete', status: 'True' }] } }),
      'Healthy',
    ],
    ['a ClusterIP Service', object('v1', 'Service', { spec: { type: 'ClusterIP' } }), 'Healthy'],
    [
      'a LoadBalancer without address',
      object('v1', 'Service', { spec: { type: 'LoadBalancer' } }),
      'Progressing',
    ],
    [
      'an Ingress with address',
      object('networking.k8s.io/v1', 'Ingress', {
        status: { loadBalancer: { ingress: [{ ip: '1.2.3.4' }] } },
      }),
      'Healthy',
    ],
    ['a Service whose port is bound nowhere', reachable('AddressInUse'), 'Degraded'],
    ['a Service that another port stands in for', reachable('ServedElsewhere'), 'Healthy'],
    ['a lost claim', object('v1', 'PersistentVolumeClaim', { status: { phase: 'Lost' } }), 'Degraded'],
    [
      'a definition that is not served',
      object('apiextensions.k8s.io/v1', 'CustomResourceDefinition', {}),
      'Progressing',
    ],
    ['a ConfigMap', object('v1', 'ConfigMap', { data: {} }), 'Healthy'],
    [
      'a stalled custom resource',
      object('x.io/v1', 'X', { status: { conditions: [{ type: 'Stalled', status: 'True' }] } }),
      'Degraded',
    ],
    [
      'a custom resource that is not ready',
      object('x.io/v1', 'X', { status: { conditions: [{ type: 'Ready', status: 'False' }] } }),
      'Degraded',
    ],
    [
      'an object that is being deleted',
      object('v1', 'ConfigMap', {}, { deletionTimestamp: 'x', finalizers: ['a/b'] }),
      'Progressing',
    ],
    [
      'a StatefulSet whose pods are not ready',
      object('apps/v1', 'StatefulSet', {
        spec: { replicas: 2 },
        status: { observedGeneration: 1, readyReplicas: 1 },
      }),
      'Progressing',
    ],
    [
      'a DaemonSet on all nodes',
      object('apps/v1', 'DaemonSet', {
        status: {
          observedGeneration: 1,
          desiredNumberScheduled: 1,
          updatedNumberScheduled: 1,
          numberAvailable: 1,
        },
      }),
      'Healthy',
    ],
  ];
  for (const [what, one, state] of cases) {
    it(`${what} is ${state}`, () => expect(verdictOf(one).state).to.equal(state));
  }
  it('an object that should exist and does not is Missing', () => {
    expect(verdictOf(undefined).state).to.equal('Missing');
  });
});

describe('the verdict on a set', () => {
  const of = (...states: string[]) =>
    rollup(
      states.map((state) => ({
        name: `Thing ${state}`,
        verdict: { state: state as 'Healthy', message: 'm' },
      })),
    );

  it('is that of the worst member, by name', () => {
    expect(of('Healthy', 'Degraded', 'Progressing')).to.deep.equal({
      state: 'Degraded',
      message: 'Thing Degraded: m',
    });
    expect(of('Healthy', 'Suspended', 'Progressing').state).to.equal('Progressing');
    expect(of('Healthy', 'Healthy')).to.deep.equal({ state: 'Healthy' });
  });
  it('names the reason of what is wrong, not of what is only under way', () => {
    const one = (state: 'Degraded' | 'Progressing') =>
      rollup([{ name: 'Thing', verdict: { state, reason: 'SomeReason', message: 'a sentence' } }]).message;
    expect(one('Degraded')).to.equal('Thing: SomeReason: a sentence');
    expect(one('Progressing')).to.equal('Thing: a sentence');
  });
  it('is Healthy for an empty set', () => expect(of()).to.deep.equal({ state: 'Healthy' }));
});

describe('the verdicts of policies and extensions', () => {
  const state = (apiVersion: string, kind: string, rest: object, metadata: object = {}) =>
    verdictOf(object(apiVersion, kind, rest, metadata)).state;
  const conditions = (type: string, status: string, reason?: string) => ({
    status: { observedGeneration: 1, conditions: [{ type, status, ...(reason ? { reason } : {}) }] },
  });

  it('autoscaling/v1 keeps its conditions in an annotation', () => {
    const scaler = (text: string) =>
      state(
        'autoscaling/v1',
        'HorizontalPodAutoscaler',
        { status: { currentReplicas: 1 } },
        {
          annotations: { 'autoscaling.alpha.kubernetes.io/conditions': text },
        },
      );
    const said = (type: string, status: string, reason: string) => JSON.stringify([{ type, status, reason }]);
    expect(scaler(said('AbleToScale', 'True', 'SucceededRescale'))).to.equal('Healthy');
    expect(scaler(said('ScalingActive', 'False', 'FailedGetResourceMetric'))).to.equal('Degraded');
    for (const text of ['', '{', '7', '[null]']) expect(scaler(text), text).to.equal('Progressing');
  });

  it('an APIService that does not answer is waited for', () => {
    const service = (status: string) =>
      state('apiregistration.k8s.io/v1', 'APIService', conditions('Available', status));
    expect([service('False'), service('True')]).to.deep.equal(['Progressing', 'Healthy']);
  });

  it('a disruption budget is well when its controller could count, and not before it has', () => {
    const budget = (rest: object) => state('policy/v1', 'PodDisruptionBudget', rest);
    expect(budget({})).to.equal('Progressing');
    expect(budget(conditions('DisruptionAllowed', 'False', 'SyncFailed'))).to.equal('Degraded');
    expect(budget(conditions('DisruptionAllowed', 'False', 'InsufficientPods'))).to.equal('Healthy');
  });

  it('a definition whose schema is not structural is Degraded', () => {
    const both = [
      { type: 'Established', status: 'True' },
      { type: 'NonStructuralSchema', status: 'True', reason: 'Violations' },
    ];
    const rest = { status: { conditions: both } };
    expect(state('apiextensions.k8s.io/v1', 'CustomResourceDefinition', rest)).to.equal('Degraded');
  });

  it('a StatefulSet with a partition is done when the pods above it are', () => {
    const set = (updatedReplicas: number) =>
      state('apps/v1', 'StatefulSet', {
        spec: { replicas: 3, updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 2 } } },
        status: {
          observedGeneration: 1,
          readyReplicas: 3,
          updatedReplicas,
          currentRevision: 'web-1',
          updateRevision: 'web-2',
        },
      });
    expect([set(0), set(1)]).to.deep.equal(['Progressing', 'Healthy']);
  });

  it('a CronJob is as well as its last run, where that is known', () => {
    const job = (status: object, spec: object = {}) => state('batch/v1', 'CronJob', { spec, status });
    const ran = { lastScheduleTime: '2026-01-02T00:00:00Z', lastSuccessfulTime: '2026-01-01T00:00:00Z' };
    expect(job(ran)).to.equal('Degraded');
    expect(job({ ...ran, active: [{}] })).to.equal('Healthy');
    expect(job(ran, { suspend: true })).to.equal('Healthy');
    expect(job({})).to.equal('Healthy');
  });
});
