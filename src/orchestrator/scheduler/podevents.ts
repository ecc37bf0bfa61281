import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import { createEventRecorder, type EventRecorder } from '../../kube/client/events.ts';
import type { Pod } from '../../kube/kinds/objects.data.ts';
import { DEFAULT_SCHEDULER } from '../../kube/kinds/podspec/schedulers.ts';

/** Tells what happened to a pod, in the name of the scheduler that it asked for. */
export type RecordPodEvent = (pod: Pod, type: 'Normal' | 'Warning', reason: string, message: string) => void;

export function createPodEvents(options: {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly logger: Logger;
}): RecordPodEvent {
  const recorders = new Map<string, EventRecorder>();
  return (pod, type, reason, message) => {
    const component = pod.spec.schedulerName ?? DEFAULT_SCHEDULER;
    const recorder = recorders.get(component) ?? createEventRecorder({ ...options, component });
    recorders.set(component, recorder);
    recorder.record(pod, type, reason, message);
  };
}
