import type { Clock } from '../../../base/clock.ts';
import { backoffMs } from '../../../base/queue.ts';
import type { DaemonSet } from '../../../kube/kinds/objects.data.ts';

/** How long failed pods of a node stay before they are replaced, so that a node that refuses pods is not asked in a loop. */
export interface FailedPodBackOff {
  /** Milliseconds that are left; 0 where the pod may be replaced now. */
  leftMs(set: DaemonSet, node: string): number;
  /** A failed pod is being replaced. */
  count(set: DaemonSet, node: string): void;
}

/** kube-controller-manager `apps.go`: from 1 second to 15 minutes; what did not fail for twice that time starts over. */
const BASE_MS = 1_000;
const MAX_MS = 15 * 60_000;

export function createFailedPodBackOff(clock: Clock): FailedPodBackOff {
  const failures = new Map<string, { readonly count: number; readonly since: number }>();

  /** What is old is forgotten on the way. */
  function recent(key: string): { readonly count: number; readonly since: number } | undefined {
    for (const [other, { since }] of failures) {
      if (clock.monotonic() - since > 2 * MAX_MS) failures.delete(other);
    }
    return failures.get(key);
  }

  return {
    leftMs(set, node) {
      const known = recent(keyOf(set, node));
      if (!known) return 0;
      return Math.max(0, known.since + backoffMs(known.count, BASE_MS, MAX_MS) - clock.monotonic());
    },
    count(set, node) {
      const key = keyOf(set, node);
      failures.set(key, { count: (recent(key)?.count ?? 0) + 1, since: clock.monotonic() });
    },
  };
}

/** A change of the set starts over (Kubernetes `daemon_controller.go` failedPodsBackoffKey). */
const keyOf = ({ metadata, status }: DaemonSet, node: string): string =>
  `${metadata.uid}/${status?.observedGeneration ?? 0}/${node}`;
