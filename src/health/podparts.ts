import type { ContainerStatus, Pod } from '../kube/kinds/objects.ts';
import type { Condition } from '../kube/values/condition.ts';

export const statusesOf = (pod: Pod): readonly ContainerStatus[] => [
  ...(pod.status?.initContainerStatuses ?? []),
  ...(pod.status?.containerStatuses ?? []),
];

export const condition = (pod: Pod, type: string): Condition | undefined =>
  pod.status?.conditions?.find((c) => c.type === type);

export const isReady = (pod: Pod): boolean => condition(pod, 'Ready')?.status === 'True';

/** Of pods without probes: whether their node has seen them listen on the ports that they declare. Other clusters' nodes do not say. */
export const LISTENING = 'pilotage.dev/Listening';

/** What the node says of a pod that does not listen, or has not been looked at yet. */
export function notListening(pod: Pod): string | undefined {
  const listening = condition(pod, LISTENING);
  if (listening === undefined || listening.status === 'True') return undefined;
  return listening.message ?? 'it has not been seen to listen on its ports';
}

/** Since when all of its containers run, in ms since the epoch; 0 where nobody says. */
export function runningSince(pod: Pod): number {
  const starts = (pod.status?.containerStatuses ?? []).map((one) => one.state?.running?.startedAt);
  return Math.max(0, ...starts.map((time) => Date.parse(time ?? '')).filter((time) => !Number.isNaN(time)));
}

/** The first answer that is one. */
export function first<T, R>(items: readonly T[], pick: (item: T) => R | undefined): R | undefined {
  for (const item of items) {
    const found = pick(item);
    if (found !== undefined) return found;
  }
  return undefined;
}
