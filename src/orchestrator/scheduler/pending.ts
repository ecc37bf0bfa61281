import type { Node, Pod } from '../../kube/kinds/objects.data.ts';
import { isFinished } from '../../kube/kinds/podspec/phase.ts';
import { DEFAULT_SCHEDULER, type Strategy, strategyOf } from '../../kube/kinds/podspec/schedulers.ts';
import { deepEqual } from '../../kube/values/equal.ts';

/** Whether a pod waits for this scheduler: unbound, active, with a name of ours, and without a scheduling gate (KEP-3521). */
export function isPending(pod: Pod): boolean {
  const { nodeName, schedulingGates = [] } = pod.spec;
  return (
    !nodeName &&
    strategyFor(pod, 'spread') !== undefined &&
    schedulingGates.length === 0 &&
    pod.metadata.deletionTimestamp === undefined &&
    !isFinished(pod)
  );
}

export const strategyFor = ({ spec }: Pod, byDefault: Strategy): Strategy | undefined =>
  strategyOf(spec.schedulerName ?? DEFAULT_SCHEDULER, byDefault);

/** Whether nothing changed of a pod that a filter or a score reads, or who chooses among victims: most changes are of its status. */
export const isSamePod = (a: Pod, b: Pod): boolean =>
  deepEqual(a.spec, b.spec) &&
  deepEqual(a.metadata.labels, b.metadata.labels) &&
  deepEqual(a.metadata.ownerReferences, b.metadata.ownerReferences) &&
  a.status?.startTime === b.status?.startTime &&
  a.metadata.deletionTimestamp === b.metadata.deletionTimestamp;

/** The same of a node: most changes are heartbeats. */
export const isSameNode = (a: Node, b: Node): boolean =>
  deepEqual(a.spec, b.spec) &&
  deepEqual(a.metadata.labels, b.metadata.labels) &&
  deepEqual(a.status?.allocatable, b.status?.allocatable) &&
  deepEqual(a.status?.capacity, b.status?.capacity) &&
  deepEqual(a.status?.images, b.status?.images);
