import type { Pod, StatefulSet } from '../../../kube/kinds/objects.data.ts';
import { isFinished } from '../../../kube/kinds/podspec/phase.ts';
import { isLeaving } from '../pods.ts';
import { type ClaimWork, claimWork, type FindClaim, hasStaleClaim } from './claims.ts';
import {
  conforming,
  firstOrdinal,
  type Generation,
  isInRange,
  newPod,
  ordinalOf,
  replicasOf,
  revisionOf,
} from './identity.ts';
import { generationFor, podsToUpdate } from './rolling.ts';
import { isAvailable, isRunningAndReady, isUnavailable } from './status.ts';

export interface ObservedStatefulSet {
  readonly set: StatefulSet;
  /** Those that it controls. */
  readonly pods: readonly Pod[];
  readonly findClaim: FindClaim;
  readonly current: Generation;
  readonly update: Generation;
}

export type PodStep =
  /** Claims first, then the pod. */
  | { readonly type: 'create'; readonly pod: Pod; readonly claims: ClaimWork }
  /** Its labels, its volumes and the owners of its claims. */
  | { readonly type: 'update'; readonly pod: Pod; readonly after: Pod; readonly claims: ClaimWork }
  | { readonly type: 'claims'; readonly pod: Pod; readonly claims: ClaimWork }
  | { readonly type: 'delete'; readonly pod: Pod };

export interface StatefulSetDecision {
  /** Steps of which each group begins when the one before has succeeded. */
  readonly groups: readonly (readonly PodStep[])[];
  /** Whether the steps of a group come one after the other. */
  readonly isOrdered: boolean;
  /** How many pods of the current revision are deleted to be updated. */
  readonly updating: number;
}

/** One step towards the desired state of a set that is not being deleted (Kubernetes `pkg/controller/statefulset/stateful_set_control.go` updateStatefulSet). */
export function decideStatefulSet(observed: ObservedStatefulSet, now: number): StatefulSetDecision {
  const { set } = observed;
  const isOrdered = set.spec.podManagementPolicy !== 'Parallel';
  const replicas = replicasByOrdinal(observed);
  const living = replicaSteps(observed, replicas, isOrdered, now);
  if (living.waits) return { groups: [living.steps], isOrdered, updating: 0 };
  const surplus = surplusSteps(observed, replicas, isOrdered, now);
  const groups = [living.steps, surplus.claims, surplus.deletions];
  if (surplus.waits) return { groups, isOrdered, updating: 0 };
  const outdated = podsToUpdate(set, replicas, observed.update.name, now);
  const updating = outdated.filter((pod) => revisionOf(pod) === observed.current.name);
  return { groups: [...groups, outdated.map(deletion)], isOrdered, updating: updating.length };
}

const deletion = (pod: Pod): PodStep => ({ type: 'delete', pod });

function replicasByOrdinal({ set, pods }: ObservedStatefulSet): readonly (Pod | undefined)[] {
  const byOrdinal = new Map(pods.map((pod) => [ordinalOf(pod), pod]));
  return Array.from({ length: replicasOf(set) }, (_, i) => byOrdinal.get(firstOrdinal(set) + i));
}

interface Steps {
  readonly steps: readonly PodStep[];
  /** What follows has to wait for these pods. */
  readonly waits: boolean;
}

/** In order, a pod is looked at when all before it are available; otherwise all are at once. */
function replicaSteps(
  observed: ObservedStatefulSet,
  replicas: readonly (Pod | undefined)[],
  isOrdered: boolean,
  now: number,
): Steps {
  const steps: PodStep[] = [];
  for (const [i, pod] of replicas.entries()) {
    const ordinal = firstOrdinal(observed.set) + i;
    const own = pod ? existing(observed, pod, isOrdered, now) : missing(observed, ordinal);
    steps.push(...own.steps);
    if (own.waits && isOrdered) return { steps, waits: true };
  }
  return { steps, waits: false };
}

function missing(observed: ObservedStatefulSet, ordinal: number): Steps {
  const { set, findClaim } = observed;
  const pod = newPod(set, generationFor(set, ordinal, observed), ordinal);
  if (hasStaleClaim(set, pod, findClaim)) return { steps: [], waits: true };
  return { steps: [{ type: 'create', pod, claims: claimWork(set, pod, findClaim) }], waits: true };
}

function existing(observed: ObservedStatefulSet, pod: Pod, isOrdered: boolean, now: number): Steps {
  const { set, findClaim } = observed;
  // Whatever its exit code: a pod that was evicted may have any.
  if (isFinished(pod)) return { steps: isLeaving(pod) ? [] : [deletion(pod)], waits: true };
  const claims = claimWork(set, pod, findClaim);
  const isLacking = [claims.missing, claims.leaving, claims.owned].some(({ length }) => length > 0);
  const pending: PodStep[] =
    pod.status?.phase === 'Pending' && isLacking ? [{ type: 'claims', pod, claims }] : [];
  if (isOrdered && (isLeaving(pod) || !isServing(set, pod, now))) return { steps: pending, waits: true };
  const after = conforming(set, pod);
  if (after === pod && claims.owned.length === 0) return { steps: pending, waits: false };
  // Claims are created for volumes that the pod did not have.
  const work = after.spec === pod.spec ? { ...claims, ...NOTHING_TO_CREATE } : claims;
  return { steps: [...pending, { type: 'update', pod, after, claims: work }], waits: false };
}

const NOTHING_TO_CREATE = { missing: [], leaving: [] };

const isServing = (set: StatefulSet, pod: Pod, now: number): boolean =>
  isRunningAndReady(pod) && isAvailable(set, pod, now);

interface SurplusSteps {
  readonly claims: readonly PodStep[];
  readonly deletions: readonly PodStep[];
  readonly waits: boolean;
}

/** Pods beyond the ordinals of the set go, the highest first; in order, each when all others are available. */
function surplusSteps(
  { set, pods, findClaim }: ObservedStatefulSet,
  replicas: readonly (Pod | undefined)[],
  isOrdered: boolean,
  now: number,
): SurplusSteps {
  const surplus = pods
    .filter((pod) => ordinalOf(pod) >= 0 && !isInRange(set, ordinalOf(pod)))
    .sort((a, b) => ordinalOf(b) - ordinalOf(a));
  const claims = surplus.flatMap((pod): PodStep[] => {
    const work = claimWork(set, pod, findClaim);
    return work.owned.length === 0
      ? []
      : [{ type: 'claims', pod, claims: { ...work, ...NOTHING_TO_CREATE } }];
  });
  if (!isOrdered) {
    return { claims, deletions: surplus.filter((pod) => !isLeaving(pod)).map(deletion), waits: false };
  }
  const [highest] = surplus;
  if (!highest) return { claims, deletions: [], waits: false };
  const unhealthy = [...replicas, ...[...surplus].reverse()].find(
    (pod) => pod && isUnavailable(set, pod, now),
  );
  const isNext = isServing(set, highest, now) || highest === unhealthy;
  const goes = !isLeaving(highest) && isNext;
  return { claims, deletions: goes ? [deletion(highest)] : [], waits: true };
}
