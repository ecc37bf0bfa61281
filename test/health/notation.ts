import type { Related } from '../../src/health/verdicts.related.ts';
import type { KubeEvent, Pod, ReplicaSet } from '../../src/kube/kinds/objects.data.ts';
import type { KubeObject } from '../../src/kube/values/types.ts';
import { REACHABLE } from '../../src/orchestrator/network/report.ts';

export const object = (
  apiVersion: string,
  kind: string,
  rest: object,
  metadata: object = {},
): KubeObject => ({
  apiVersion,
  kind,
  metadata: { name: 'web', namespace: 'shop', uid: 'd1', generation: 1, ...metadata },
  ...rest,
});

/** `2/3 updated 1 available`: a Deployment whose status has been observed. */
export function deployment(
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

export const progressing = (reason: string) => ({
  conditions: [{ type: 'Progressing', status: 'True', reason, message: 'm' }],
});

export const replicaSet = object(
  'apps/v1',
  'ReplicaSet',
  { spec: {} },
  {
    name: 'web-abc',
    uid: 'r1',
    ownerReferences: [{ uid: 'd1', kind: 'Deployment', name: 'web', apiVersion: 'apps/v1' }],
  },
) as unknown as ReplicaSet;

export function pod(status: object, spec: object = {}): Pod {
  const metadata = {
    name: 'web-abc-1',
    uid: 'p1',
    ownerReferences: [{ uid: 'r1', kind: 'ReplicaSet', name: 'web-abc', apiVersion: 'apps/v1' }],
  };
  return object('v1', 'Pod', { spec: { containers: [], ...spec }, status }, metadata) as unknown as Pod;
}

export const container = (state: object, rest: object = {}) => ({
  containerStatuses: [{ name: 'web', ready: false, restartCount: 0, image: '', imageID: '', state, ...rest }],
});

export const unhealthy: KubeEvent = {
  apiVersion: 'v1',
  kind: 'Event',
  metadata: { name: 'e' },
  involvedObject: { uid: 'p1' },
  reason: 'Unhealthy',
  message: 'Readiness probe failed: HTTP 500',
  count: 12,
};

export const related = (one: Pod, events: KubeEvent[] = []): Related => ({
  pods: [one],
  replicaSets: [replicaSet],
  events,
});
export const notReady = pod({
  phase: 'Running',
  conditions: [{ type: 'Ready', status: 'False' }],
  ...container({ running: {} }),
});

/** A Service that its proxy cannot serve where it says, for `reason`. */
export const reachable = (reason: string): KubeObject =>
  object('v1', 'Service', {
    spec: { type: 'ClusterIP' },
    status: { conditions: [{ type: REACHABLE, status: 'False', reason, message: 'm' }] },
  });
