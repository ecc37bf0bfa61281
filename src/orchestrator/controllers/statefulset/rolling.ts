import type { Pod, StatefulSet } from '../../../kube/kinds/objects.data.ts';
import { share } from '../intorpercent.ts';
import { isLeaving } from '../pods.ts';
import { firstOrdinal, type Generation, replicasOf, revisionOf } from './identity.ts';
import { isUnavailable } from './status.ts';

/** The pods below it keep the current revision: their number from the first ordinal on. */
const partitionOf = ({ spec }: StatefulSet): number => spec.updateStrategy?.rollingUpdate?.partition ?? 0;

/** By which revision a pod is made that is missing (Kubernetes `stateful_set_utils.go` newVersionedStatefulSetPod). */
export function generationFor(
  set: StatefulSet,
  ordinal: number,
  { current, update }: { readonly current: Generation; readonly update: Generation },
): Generation {
  const { type, rollingUpdate } = set.spec.updateStrategy ?? {};
  const old = rollingUpdate
    ? partitionOf(set)
    : type === 'RollingUpdate'
      ? (set.status?.currentReplicas ?? 0)
      : 0;
  return ordinal < firstOrdinal(set) + old ? current : update;
}

/**
 * The pods that go now so that others of the update revision take their places. `replicas`: by ordinal, undefined where one was missing.
 */
export function podsToUpdate(
  set: StatefulSet,
  replicas: readonly (Pod | undefined)[],
  update: string,
  now: number,
): readonly Pod[] {
  const { type, rollingUpdate } = set.spec.updateStrategy ?? {};
  if (type === 'OnDelete') return [];
  return rollingUpdate?.maxUnavailable === undefined
    ? oneByOne(set, replicas, update, now)
    : severalAtOnce(set, replicas, update, now);
}

/** The highest ordinal first, and the next when that is available again (Kubernetes `stateful_set_control.go` updateStatefulSet). */
function oneByOne(
  set: StatefulSet,
  replicas: readonly (Pod | undefined)[],
  update: string,
  now: number,
): readonly Pod[] {
  for (const pod of replicas.slice(partitionOf(set)).reverse()) {
    if (!pod) return [];
    if (revisionOf(pod) !== update && !isLeaving(pod)) return [pod];
    if (isUnavailable(set, pod, now)) return [];
  }
  return [];
}

/** Kubernetes `stateful_set_control.go` updateStatefulSetAfterInvariantEstablished (KEP-961). */
function severalAtOnce(
  set: StatefulSet,
  replicas: readonly (Pod | undefined)[],
  update: string,
  now: number,
): readonly Pod[] {
  const unavailable = replicas.filter((pod) => !pod || isUnavailable(set, pod, now)).length;
  return replicas
    .slice(partitionOf(set))
    .reverse()
    .flatMap((pod) => (pod && revisionOf(pod) !== update && !isLeaving(pod) ? [pod] : []))
    .slice(0, Math.max(0, maxUnavailableOf(set) - unavailable));
}

/** A percentage rounds down, and to 1 at least. */
function maxUnavailableOf(set: StatefulSet): number {
  const { maxUnavailable = 1 } = set.spec.updateStrategy?.rollingUpdate ?? {};
  return Math.max(1, share(maxUnavailable, replicasOf(set), Math.floor));
}
