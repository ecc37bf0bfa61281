import type { ContainerStatus, Pod } from '../kube/kinds/objects.data.ts';
import type { Condition } from '../kube/values/condition.ts';

export const statusesOf = (pod: Pod): readonly ContainerStatus[] => [
  ...(pod.status?.initContainerStatuses ?? []),
  ...(pod.status?.containerStatuses ?? []),
];

export const condition = (pod: Pod, type: string): Condition | undefined =>
  pod.status?.conditions?.find((c) => c.type === type);

export const isReady = (pod: Pod): boolean => condition(pod, 'Ready')?.status === 'True';

/** For pods without probes: whether the node has seen them listen on their declared ports. Nodes of other clusters do not report it. */
export const LISTENING = 'pilotage.dev/Listening';

/** What the node says about a pod that does not listen, or that it has not checked yet. */
export function notListening(pod: Pod): string | undefined {
  const listening = condition(pod, LISTENING);
  if (listening === undefined || listening.status === 'True') return undefined;
  return listening.message ?? 'it has not been seen to listen on its ports';
}

/** When the last of its containers started, in ms since the epoch; 0 if unknown. */
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
