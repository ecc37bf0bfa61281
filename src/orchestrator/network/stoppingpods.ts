import type { Clock } from '../../base/clock.ts';
import type { Endpoint } from '../../kube/kinds/objects.data.ts';
import type { Backend } from './route.ts';

/** Pods, by uid, that are about to be stopped, from the node agent's announcement until the API no longer lists them. */
export interface StoppingPods {
  add(podUid: string): void;
  has(this: void, backend: Pick<Backend, 'podUid'>): boolean;
  /** Forgets pods that are no longer in any slice. */
  tidy(endpoints: readonly Endpoint[]): void;
}

/** How long a release is remembered without an endpoint: a pod may be released before its endpoint appears. */
const UNSEEN_MS = 30_000;

export function trackStoppingPods(clock: Clock): StoppingPods {
  const released = new Map<string, number>();
  return {
    add: (pod) => void released.set(pod, clock.monotonic()),
    has: ({ podUid }) => released.has(podUid),
    tidy(endpoints) {
      const seen = new Set(endpoints.map(({ targetRef }) => targetRef?.uid));
      for (const [pod, since] of released) {
        if (!seen.has(pod) && clock.monotonic() - since > UNSEEN_MS) released.delete(pod);
      }
    },
  };
}
