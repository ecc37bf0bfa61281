import type { KubeEvent, Pod, ReplicaSet } from '../kube/kinds/objects.data.ts';
import { DEPLOYMENT_REVISION } from '../kube/values/annotations.ts';
import type { KubeObject } from '../kube/values/types.ts';

/** Other objects of the namespace: they never improve a state, they only explain it. */
export interface Related {
  readonly pods: readonly Pod[];
  readonly replicaSets: readonly ReplicaSet[];
  readonly events: readonly KubeEvent[];
  /** When they were read, in ms since the epoch; absent when that was long after the latest change. */
  readonly now?: number;
}

export const NOTHING_RELATED: Related = { pods: [], replicaSets: [], events: [] };

function ownedBy<T extends KubeObject>(owner: KubeObject, candidates: readonly T[]): readonly T[] {
  const uid = owner.metadata.uid;
  if (uid === undefined) return [];
  return candidates.filter((o) => o.metadata.ownerReferences?.some((ref) => ref.uid === uid));
}

/** Pods that belong to the newest template of a workload; older ones are being replaced and explain nothing. */
export function currentPods(workload: KubeObject, related: Related): readonly Pod[] {
  const direct = ownedBy(workload, related.pods);
  if (direct.length > 0) return direct;
  const newest = [...ownedBy(workload, related.replicaSets)].sort((a, b) => revision(b) - revision(a))[0];
  return newest ? ownedBy(newest, related.pods) : [];
}

export const newestReplicaSet = (workload: KubeObject, related: Related): ReplicaSet | undefined =>
  [...ownedBy(workload, related.replicaSets)].sort((a, b) => revision(b) - revision(a))[0];

const revision = (rs: ReplicaSet): number => Number(rs.metadata.annotations?.[DEPLOYMENT_REVISION] ?? 0);
