import type { EventRecorder } from '../../../kube/client/events.ts';
import type { Container, Pod } from '../../../kube/kinds/objects.data.ts';
import { ephemeralContainersOf } from './view.ts';

/** Records an event of a pod, or of one of its containers. */
export type RecordPodEvent = (
  type: 'Normal' | 'Warning',
  reason: string,
  message: string,
  container?: string,
) => void;

export function podEventRecorder(events: EventRecorder, pod: () => Pod): RecordPodEvent {
  return (type, reason, message, container) => {
    const list = LISTS.find((name) => pod().spec[name]?.some((one) => one.name === container));
    const field = container && `spec.${list ?? 'containers'}{${container}}`;
    events.record(pod(), type, reason, message, field);
  };
}

const LISTS = ['containers', 'initContainers', 'ephemeralContainers'] as const;

export const containerOf = (pod: Pod, name: string): Container | undefined =>
  [...pod.spec.containers, ...(pod.spec.initContainers ?? []), ...ephemeralContainersOf(pod)].find(
    (one) => one.name === name,
  );
