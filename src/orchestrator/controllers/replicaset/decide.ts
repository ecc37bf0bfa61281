import type { Pod, ReplicaSet } from '../../../kube/kinds/objects.data.ts';
import { type ClaimAction, claim } from '../controllerref.ts';
import { isActive } from '../pods.ts';
import { podsToDelete } from './ranking.ts';

export interface ObservedReplicaSet {
  readonly replicaSet: ReplicaSet;
  /** Pods of its namespace that it controls, and orphans that it might adopt. */
  readonly pods: readonly Pod[];
  /** Pods of all replica sets with the same owner: they are counted when replicas are spread over nodes. */
  readonly related: readonly Pod[];
  /** False while creations or deletions of an earlier pass do not show in the cache: counting now would repeat them. */
  readonly settled: boolean;
}

export type ReplicaSetAction =
  | ClaimAction<Pod>
  | { readonly type: 'create'; readonly count: number }
  | { readonly type: 'delete'; readonly pod: Pod };

export interface ReplicaSetDecision {
  readonly actions: readonly ReplicaSetAction[];
  /** The active pods that count as its replicas. */
  readonly replicas: readonly Pod[];
}

/** The maximal number of creations or deletions per pass (Kubernetes `replica_set.go` BurstReplicas). */
const BURST = 500;

export function decideReplicaSet(observed: ObservedReplicaSet, now: number): ReplicaSetDecision {
  const { replicaSet, pods, related, settled } = observed;
  const { owned, actions } = claim(replicaSet, replicaSet.spec.selector, pods.filter(isActive));
  if (!settled || replicaSet.metadata.deletionTimestamp !== undefined) return { actions, replicas: owned };
  const missing = (replicaSet.spec.replicas ?? 1) - owned.length;
  if (missing > 0) {
    return { actions: [...actions, { type: 'create', count: Math.min(missing, BURST) }], replicas: owned };
  }
  const surplus = podsToDelete(owned, related, Math.min(-missing, BURST), now);
  return {
    actions: [...actions, ...surplus.map((pod) => ({ type: 'delete' as const, pod }))],
    replicas: owned,
  };
}
