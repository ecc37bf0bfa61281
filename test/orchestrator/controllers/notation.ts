import type { Pod } from '../../../src/kube/kinds/objects.data.ts';

export const NOW = Date.parse('2026-01-01T12:00:00Z');
export const ago = (seconds: number): string => new Date(NOW - seconds * 1000).toISOString();

export interface PodFacts {
  readonly node?: string;
  readonly phase?: 'Pending' | 'Running' | 'Succeeded';
  /** Seconds since it became ready. */
  readonly ready?: number;
  readonly cost?: number;
  readonly restarts?: number;
  readonly created?: number;
  readonly ip?: string;
  readonly leaving?: boolean;
}

export function pod(name: string, facts: PodFacts = {}): Pod {
  const { node = 'n1', phase = 'Running', ready, cost, restarts = 0, created = 1000, ip, leaving } = facts;
  const isReady = ready !== undefined;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: 'shop',
      uid: name,
      creationTimestamp: ago(created),
      ...(cost === undefined
        ? {}
        : { annotations: { 'controller.kubernetes.io/pod-deletion-cost': String(cost) } }),
      ...(leaving ? { deletionTimestamp: ago(1) } : {}),
    },
    spec: { containers: [{ name: 'main', ports: [{ name: 'http', containerPort: 8080 }] }], nodeName: node },
    status: {
      phase,
      conditions: isReady ? [{ type: 'Ready', status: 'True', lastTransitionTime: ago(ready) }] : [],
      containerStatuses: [{ name: 'main', ready: isReady, restartCount: restarts, image: '', imageID: '' }],
      ...(ip ? { podIP: ip } : {}),
    },
  };
}

/** A small linear congruential generator: `random(n)` gives an integer in [0, n). */
export function generator(seed: number): (n: number) => number {
  let state = seed;
  return (n) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
}
