import type { DaemonSet } from '../../../kube/kinds/objects.data.ts';
import { isReady } from '../pods.ts';
import { isAvailable, keptFirst, type Spread } from './nodes.ts';
import { isUpdated } from './template.ts';

export type DaemonSetStatus = NonNullable<DaemonSet['status']>;

/** Kubernetes `daemon_controller.go` updateDaemonSetStatus: of several pods on a node the one that is kept counts. */
export function daemonSetStatus(
  spread: Spread,
  collisionCount: number,
  observedGeneration: number | undefined,
): DaemonSetStatus {
  const { set, hash, nodes, podsByNode } = spread;
  const wanted = nodes.filter(({ runs }) => runs);
  const podsOf = (name: string) => podsByNode.get(name) ?? [];
  const kept = wanted.flatMap(({ name }) => [...podsOf(name)].sort(keptFirst).slice(0, 1));
  const ready = kept.filter(isReady);
  const available = ready.filter((pod) => isAvailable(spread, pod)).length;
  const { conditions } = set.status ?? {};
  return {
    ...(conditions ? { conditions } : {}),
    ...(collisionCount > 0 ? { collisionCount } : {}),
    ...(observedGeneration === undefined ? {} : { observedGeneration }),
    desiredNumberScheduled: wanted.length,
    currentNumberScheduled: kept.length,
    numberMisscheduled: nodes.filter(({ name, runs }) => !runs && podsOf(name).length > 0).length,
    numberReady: ready.length,
    updatedNumberScheduled: kept.filter((pod) => isUpdated(set, pod, hash)).length,
    numberAvailable: available,
    numberUnavailable: wanted.length - available,
  };
}
