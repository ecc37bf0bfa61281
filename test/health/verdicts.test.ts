import { expect } from 'chai';
import { rollup } from '../../src/health/rollup.ts';
import { NOTHING_RELATED } from '../../src/health/verdicts.related.ts';
import { verdictOf } from '../../src/health/verdicts.ts';
import type { Pod } from '../../src/kube/kinds/objects.data.ts';
import type { KubeObject } from '../../src/kube/values/types.ts';
import { container, notReady, object, pod, reachable } from './notation.ts';

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
    [
      'an Ingress of which a part is not served',
      object('networking.k8s.io/v1', 'Ingress', {
        metadata: {
          name: 'web',
          annotations: { 'pilotage.dev/ingress-problems': 'ServiceMissing: there is no x' },
        },
        status: { loadBalancer: { ingress: [{ ip: '1.2.3.4' }] } },
      }),
      'Degraded',
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
      'a ReplicationController one of whose pods is not available',
      object('v1', 'ReplicationController', {
        spec: { replicas: 2 },
        status: { observedGeneration: 1, availableReplicas: 1 },
      }),
      'Progressing',
    ],
    [
      'a ReplicationController whose pods are refused',
      object('v1', 'ReplicationController', {
        spec: { replicas: 2 },
        status: { observedGeneration: 1, conditions: [{ type: 'ReplicaFailure', status: 'True' }] },
      }),
      'Degraded',
    ],
    [
      'a ResourceClaim that no pod uses yet',
      object('resource.k8s.io/v1', 'ResourceClaim', { spec: {} }),
      'Healthy',
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
    for (const reason of ['FailedGetResourceMetric', 'InvalidSelector', 'AmbiguousSelector'])
      expect(scaler(said('ScalingActive', 'False', reason)), reason).to.equal('Degraded');
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

  it('a CronJob is as well as its last run', () => {
    const job = (status: object, spec: object = {}) => state('batch/v1', 'CronJob', { spec, status });
    const ran = { lastScheduleTime: '2026-01-02T00:00:00Z', lastSuccessfulTime: '2026-01-01T00:00:00Z' };
    expect(job(ran)).to.equal('Degraded');
    expect(job({ ...ran, lastSuccessfulTime: '2026-01-02T00:00:09Z' })).to.equal('Healthy');
    expect(job({ lastScheduleTime: ran.lastScheduleTime })).to.equal('Degraded');
    expect(job({ ...ran, active: [{}] })).to.equal('Healthy');
    expect(job(ran, { suspend: true })).to.equal('Healthy');
    expect(job({})).to.equal('Healthy');
  });
});
