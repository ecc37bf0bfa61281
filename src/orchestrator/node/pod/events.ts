import type { EventRecorder } from '../../../kube/client/events.ts';
import type { Container, Pod } from '../../../kube/kinds/objects.data.ts';

/** Records an event of a pod, or of one of its containers. */
export type RecordPodEvent = (
  type: 'Normal' | 'Warning',
  reason: string,
  message: string,
  container?: string,
) => void;

export function podEventRecorder(events: EventRecorder, pod: () => Pod): RecordPodEvent {
  return (type, reason, message, container) => {
    const isInit = pod().spec.initContainers?.some((one) => one.name === container) ?? false;
    const field = container && `spec.${isInit ? 'initContainers' : 'containers'}{${container}}`;
    events.record(pod(), type, reason, message, field);
  };
}

export const containerOf = (pod: Pod, name: string): Container | undefined =>
  [...pod.spec.containers, ...(pod.spec.initContainers ?? [])].find((one) => one.name === name);
