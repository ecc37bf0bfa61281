/** What a pod of a Job says of itself (Kubernetes `pkg/controller/job`). */

import type { ContainerStatus, Job, Pod } from '../../../kube/kinds/objects.data.ts';
import { isFinished } from '../../../kube/kinds/podspec/phase.ts';
import { isSidecar } from '../../../kube/kinds/podspec/sidecars.ts';
import { findCondition } from '../../../kube/values/condition.ts';
import { isLeaving } from '../pods.ts';
import { COMPLETION_INDEX, TRACKING_FINALIZER } from './labels.ts';

/** Whether its end is still to be counted. */
export const isTracked = ({ metadata }: Pod): boolean =>
  metadata.finalizers?.includes(TRACKING_FINALIZER) ?? false;

/** Being deleted, and not at its end yet. */
export const isTerminating = (pod: Pod): boolean => isLeaving(pod) && !isFinished(pod);

/** Its completion index; undefined where it has none that can be read. */
export function indexOf({ metadata }: Pod): number | undefined {
  const text = metadata.annotations?.[COMPLETION_INDEX];
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}

/** Whether a pod is replaced only when it has failed, not as soon as it is being deleted (KEP-3939). */
export const replacesFailedOnly = ({ spec }: Job): boolean =>
  spec.podReplacementPolicy === 'Failed' || spec.podFailurePolicy !== undefined;

/** A pod that is deleted may never come to its end: it counts as failed, unless those are waited for. */
export function isFailed(job: Job, { metadata, status }: Pod): boolean {
  if (status?.phase === 'Failed') return true;
  if (replacesFailedOnly(job)) return false;
  return metadata.deletionTimestamp !== undefined && status?.phase !== 'Succeeded';
}

/** The number in an annotation; 0 where it says none. */
export function countAt({ metadata }: Pod, annotation: string): number {
  const text = metadata.annotations?.[annotation] ?? '';
  return /^\d{1,10}$/.test(text) && Number(text) < 2 ** 31 ? Number(text) : 0;
}

/**
 * When a pod ended, in milliseconds since the epoch: with its last container, or when it ceased to be ready, or was deleted; else when
 * it was created (`backoff_utils.go` getFinishedTime).
 */
export function finishedAt(pod: Pod): number {
  const { metadata, status } = pod;
  const ready = findCondition(status?.conditions, 'Ready');
  const unready = ready?.status === 'False' ? ready.lastTransitionTime : undefined;
  const deleted = metadata.deletionTimestamp;
  return (
    lastContainerEnd(pod) ??
    (unready ? Date.parse(unready) : undefined) ??
    (deleted ? Date.parse(deleted) - (metadata.deletionGracePeriodSeconds ?? 0) * 1000 : undefined) ??
    Date.parse(metadata.creationTimestamp ?? '')
  );
}

/** Sidecars end after the others. */
function lastContainerEnd({ spec, status }: Pod): number | undefined {
  const sidecars = new Set((spec.initContainers ?? []).flatMap((one) => (isSidecar(one) ? [one.name] : [])));
  const statuses = [
    ...(status?.containerStatuses ?? []),
    ...(status?.initContainerStatuses ?? []).filter(({ name }) => sidecars.has(name)),
  ];
  const ends = statuses.map(endOf);
  const known = ends.filter((end) => end !== undefined);
  return known.length === 0 || known.length < ends.length ? undefined : Math.max(...known);
}

function endOf({ state }: ContainerStatus): number | undefined {
  const at = state?.terminated?.finishedAt;
  return at ? Date.parse(at) : undefined;
}
