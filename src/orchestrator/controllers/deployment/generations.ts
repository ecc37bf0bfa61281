import type { ReplicaSet } from '../../../kube/kinds/objects.data.ts';

/** The replica sets of one deployment: the one with its current template, if there is one, and all others. */
export interface Generations {
  readonly current: ReplicaSet | undefined;
  readonly old: readonly ReplicaSet[];
}

/** Name of a replica set → its new size. A set that is not listed keeps its size. */
export type Sizes = ReadonlyMap<string, number>;

export const NO_CHANGE: Sizes = new Map();
export const nameOf = (set: ReplicaSet): string => set.metadata.name ?? '';
const createdAt = (set: ReplicaSet): number => Date.parse(set.metadata.creationTimestamp ?? '') || 0;
export const oldestFirst = (a: ReplicaSet, b: ReplicaSet): number =>
  createdAt(a) - createdAt(b) || (nameOf(a) < nameOf(b) ? -1 : 1);
export const isActive = (set: ReplicaSet): boolean => replicasOf(set) > 0;

export const everything = ({ current, old }: Generations): ReplicaSet[] =>
  current ? [...old, current] : [...old];

/** The size that the specification asks for; 1 where it does not say. */
export const replicasOf = (object: { spec: { replicas?: number } }): number => object.spec.replicas ?? 1;

export const sumOfReplicas = (sets: readonly ReplicaSet[]): number =>
  sets.reduce((sum, set) => sum + replicasOf(set), 0);

export const sumOfAvailable = (sets: readonly ReplicaSet[]): number =>
  sets.reduce((sum, set) => sum + (set.status?.availableReplicas ?? 0), 0);
