import type { Condition, ContainerStatus, Pod } from '../kube/objects.ts';

export const statusesOf = (pod: Pod): readonly ContainerStatus[] => [
  ...(pod.status?.initContainerStatuses ?? []),
  ...(pod.status?.containerStatuses ?? []),
];

export const condition = (pod: Pod, type: string): Condition | undefined =>
  pod.status?.conditions?.find((c) => c.type === type);

export const isReady = (pod: Pod): boolean => condition(pod, 'Ready')?.status === 'True';

/** The first answer that is one. */
export function first<T, R>(items: readonly T[], pick: (item: T) => R | undefined): R | undefined {
  for (const item of items) {
    const found = pick(item);
    if (found !== undefined) return found;
  }
  return undefined;
}
