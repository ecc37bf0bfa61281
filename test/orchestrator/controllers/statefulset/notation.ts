import type { PersistentVolumeClaim, Pod, StatefulSet } from '../../../../src/kube/kinds/objects.data.ts';
import { controllerReference } from '../../../../src/orchestrator/controllers/controllerref.ts';
import {
  decideStatefulSet,
  type PodStep,
  type StatefulSetDecision,
} from '../../../../src/orchestrator/controllers/statefulset/decide.ts';
import { type Generation, newPod } from '../../../../src/orchestrator/controllers/statefulset/identity.ts';
import { ago, NOW } from '../notation.ts';

export { NOW };

/** `db` in `shop`. */
export function statefulSet(spec: object = {}, status: object = {}): StatefulSet {
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'db', namespace: 'shop', uid: 'set', generation: 1 },
    spec: {
      replicas: 3,
      serviceName: 'db',
      selector: { matchLabels: { app: 'db' } },
      template: {
        metadata: { labels: { app: 'db' } },
        spec: { containers: [{ name: 'main', image: 'v1' }] },
      },
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } },
      ...spec,
    },
    status: { replicas: 0, ...status },
  };
}

export const OLD: Generation = generation('old');
export const NEW: Generation = generation('new');

function generation(name: string): Generation {
  const template = {
    metadata: { labels: { app: 'db' } },
    spec: { containers: [{ name: 'main', image: name }] },
  };
  return { name, template };
}

/**
 * `1 ready old`: the pod of an ordinal, its state (pending, running, ready, fresh: ready for 5 seconds, failed, succeeded, leaving) and its
 * revision, new where none is given.
 */
export function podOf(set: StatefulSet, text: string): Pod {
  const [ordinal = '0', state = '', revision = 'new'] = text.split(' ');
  const pod = newPod(set, generation(revision), Number(ordinal));
  const isReady = ['ready', 'fresh', 'leaving'].includes(state);
  const since = ago(state === 'fresh' ? 5 : 1000);
  const phases: Record<string, string> = { pending: 'Pending', failed: 'Failed', succeeded: 'Succeeded' };
  return {
    ...pod,
    metadata: {
      ...pod.metadata,
      uid: `pod-${ordinal}`,
      ...(state === 'leaving' ? { deletionTimestamp: ago(1) } : {}),
    },
    status: {
      phase: (phases[state] ?? 'Running') as 'Running',
      conditions: isReady ? [{ type: 'Ready', status: 'True', lastTransitionTime: since }] : [],
    },
  };
}

export const DATA = {
  volumeClaimTemplates: [{ apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'data' } }],
};

/** `data-db-0`, owned by objects as their controller. */
export function claimOf(ordinal: number, ...owners: (Pod | StatefulSet)[]): PersistentVolumeClaim {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: {
      name: `data-db-${ordinal}`,
      namespace: 'shop',
      ...(owners.length > 0 ? { ownerReferences: owners.map(controllerReference) } : {}),
    },
  };
}

export function decide(
  set: StatefulSet,
  pods: readonly (string | Pod)[],
  claims: readonly PersistentVolumeClaim[] = [],
): StatefulSetDecision {
  const observed = {
    set,
    pods: pods.map((one) => (typeof one === 'string' ? podOf(set, one) : one)),
    findClaim: (name: string) => claims.find(({ metadata }) => metadata.name === name),
    current: OLD,
    update: NEW,
  };
  return decideStatefulSet(observed, NOW);
}

/** Groups of steps: `+0 new`, `-2`, `=1` for an update of a pod, `claims 0`. */
export function steps(
  set: StatefulSet,
  pods: readonly (string | Pod)[],
  claims: readonly PersistentVolumeClaim[] = [],
): readonly (readonly string[])[] {
  return decide(set, pods, claims)
    .groups.map((group) => group.map(written))
    .filter((group) => group.length > 0);
}

function written({ type, pod }: PodStep): string {
  const ordinal = pod.metadata.name?.split('-').at(-1) ?? '';
  switch (type) {
    case 'create':
      return `+${ordinal} ${pod.spec.containers[0]?.image}`;
    case 'delete':
      return `-${ordinal}`;
    case 'update':
      return `=${ordinal}`;
    case 'claims':
      return `claims ${ordinal}`;
  }
}
