import type { Deployment, Pod, ReplicaSet } from '../../../kube/kinds/objects.data.ts';
import { DEPLOYMENT_REVISION } from '../../../kube/values/annotations.ts';
import { findCondition } from '../../../kube/values/condition.ts';
import { type ClaimAction, claim } from '../controllerref.ts';
import { currentAnnotations, maxRevision, revisionOf, sizeAnnotations } from './annotations.ts';
import { type Generations, replicasOf, type Sizes } from './generations.ts';
import {
  type DeploymentStatus,
  deadlineInMs,
  isComplete,
  pauseConditions,
  withMilestone,
} from './progress.ts';
import { areStopped, recreateSizes } from './recreate.ts';
import { currentSize, isRolling, rollingSizes } from './rolling.ts';
import { isScaling, scalingSizes } from './scaling.ts';
import { countedStatus, rolloutStatus } from './status.ts';
import { findCurrent, newReplicaSet } from './template.ts';

export interface ObservedDeployment {
  readonly deployment: Deployment;
  /** Replica sets of its namespace that it controls, and orphans that it might adopt. */
  readonly replicaSets: readonly ReplicaSet[];
  /** Pods of a replica set (by uid), terminating ones included. */
  readonly podsOf: (set: ReplicaSet) => readonly Pod[];
}

export type DeploymentAction =
  | ClaimAction<ReplicaSet>
  | { readonly type: 'create'; readonly replicaSet: ReplicaSet }
  | { readonly type: 'update'; readonly before: ReplicaSet; readonly after: ReplicaSet }
  | { readonly type: 'delete'; readonly replicaSet: ReplicaSet };

export interface DeploymentDecision {
  readonly actions: readonly DeploymentAction[];
  /** What to write when all actions have succeeded. */
  readonly status: DeploymentStatus;
  /** The revision annotation that the deployment should have. */
  readonly revision: string | undefined;
  /** When to check again, because the progress deadline passes. */
  readonly afterMs: number | undefined;
}

/** One step towards the desired state of the deployment (Kubernetes `pkg/controller/deployment/deployment_controller.go` syncDeployment). */
export function decideDeployment(observed: ObservedDeployment, now: number): DeploymentDecision {
  const { deployment } = observed;
  const { owned, actions } = claim(deployment, deployment.spec.selector, observed.replicaSets);
  const steps =
    deployment.metadata.deletionTimestamp === undefined
      ? step({ ...observed, deployment: withPause(deployment, now), replicaSets: owned }, now)
      : leave(deployment, owned, now);
  return { ...steps, actions: [...actions, ...steps.actions] };
}

/** A deployment that is being deleted does nothing more; the garbage collector follows its owner references. */
function leave(deployment: Deployment, sets: readonly ReplicaSet[], now: number): DeploymentDecision {
  const status = countedStatus(deployment, sets, findCurrent(deployment, sets), now);
  return { actions: [], status, revision: undefined, afterMs: undefined };
}

function step(observed: ObservedDeployment, now: number): DeploymentDecision {
  const found = generationsOf(observed.deployment, observed.replicaSets);
  const isRollout = !observed.deployment.spec.paused && !isScaling(observed.deployment, found);
  const isNeeded = isRollout && !found.current && mayCreate(observed, found);
  const { deployment, generations } = isNeeded
    ? withNew(observed.deployment, found, now)
    : withFound(observed.deployment, found, now);
  const sizes = isRollout
    ? rolloutSizes(observed, deployment, generations)
    : scalingSizes(deployment, generations);
  const after = resize(deployment, generations, sizes);
  const sets = [...after.old, ...(after.current ? [after.current] : [])];
  const status = (isRollout ? rolloutStatus : countedStatus)(deployment, sets, after.current, now);
  const isDone = deployment.spec.paused || (isRollout && isComplete(deployment, deployment.status ?? {}));
  return {
    actions: [...writes(observed.replicaSets, sets), ...(isDone ? cleanup(deployment, after.old) : [])],
    status,
    revision: after.current?.metadata.annotations?.[DEPLOYMENT_REVISION],
    afterMs: isRollout ? lookAgain(deployment, status, now) : undefined,
  };
}

function withPause(deployment: Deployment, now: number): Deployment {
  const conditions = pauseConditions(deployment, now);
  if (conditions === deployment.status?.conditions || conditions.length === 0) return deployment;
  return { ...deployment, status: { ...deployment.status, conditions } };
}

function generationsOf(deployment: Deployment, sets: readonly ReplicaSet[]): Generations {
  const current = findCurrent(deployment, sets);
  return { current, old: sets.filter((set) => set !== current) };
}

/** Recreate makes the new set only when the old pods have stopped. */
const mayCreate = ({ deployment, podsOf }: ObservedDeployment, { old }: Generations): boolean =>
  isRolling(deployment) || areStopped(old, old.flatMap(podsOf));

interface Prepared {
  readonly deployment: Deployment;
  readonly generations: Generations;
}

function withNew(deployment: Deployment, { old }: Generations, now: number): Prepared {
  const empty = newReplicaSet(deployment, maxRevision(old) + 1n);
  const current = withSize(deployment, empty, currentSize(deployment, [...old, empty], 0));
  return {
    deployment: withMilestone(deployment, 'created', current.metadata.name ?? '', now),
    generations: { current, old },
  };
}

/** The set that has the template already gets the next revision (a rollback moves it to the front) and the current annotations. */
function withFound(deployment: Deployment, { current, old }: Generations, now: number): Prepared {
  if (!current) return { deployment, generations: { current, old } };
  const annotations = currentAnnotations(
    deployment,
    current.metadata.annotations ?? {},
    maxRevision(old) + 1n,
  );
  const { minReadySeconds = 0 } = deployment.spec;
  const renewed: ReplicaSet = {
    ...current,
    metadata: { ...current.metadata, annotations },
    spec:
      (current.spec.minReadySeconds ?? 0) === minReadySeconds
        ? current.spec
        : { ...current.spec, minReadySeconds },
  };
  const isKnown = findCondition(deployment.status?.conditions, 'Progressing') !== undefined;
  return {
    deployment: isKnown ? deployment : withMilestone(deployment, 'found', current.metadata.name ?? '', now),
    generations: { current: renewed, old },
  };
}

function rolloutSizes(observed: ObservedDeployment, deployment: Deployment, generations: Generations): Sizes {
  if (isRolling(deployment)) return rollingSizes(deployment, generations);
  return recreateSizes(deployment, generations, generations.old.flatMap(observed.podsOf));
}

function resize(deployment: Deployment, { current, old }: Generations, sizes: Sizes): Generations {
  const apply = (set: ReplicaSet): ReplicaSet => {
    const size = sizes.get(set.metadata.name ?? '');
    return size === undefined ? set : withSize(deployment, set, size);
  };
  return { current: current && apply(current), old: old.map(apply) };
}

function withSize(deployment: Deployment, set: ReplicaSet, replicas: number): ReplicaSet {
  const annotations = { ...set.metadata.annotations, ...sizeAnnotations(deployment) };
  return { ...set, metadata: { ...set.metadata, annotations }, spec: { ...set.spec, replicas } };
}

/** The writes from the observed to the desired state: sets that grow first, so that capacity is added before it is removed. */
function writes(before: readonly ReplicaSet[], after: readonly ReplicaSet[]): DeploymentAction[] {
  const seen = new Map(before.map((set) => [set.metadata.name, set]));
  const growth = (set: ReplicaSet): number => {
    const known = seen.get(set.metadata.name);
    return replicasOf(set) - (known ? replicasOf(known) : 0);
  };
  return [...after]
    .sort((a, b) => growth(b) - growth(a))
    .flatMap((set): DeploymentAction[] => {
      const known = seen.get(set.metadata.name);
      if (!known) return [{ type: 'create', replicaSet: set }];
      return isSame(known, set) ? [] : [{ type: 'update', before: known, after: set }];
    });
}

function isSame(a: ReplicaSet, b: ReplicaSet): boolean {
  const annotations = (set: ReplicaSet) =>
    Object.entries(set.metadata.annotations ?? {})
      .sort()
      .join('\n');
  return (
    replicasOf(a) === replicasOf(b) &&
    (a.spec.minReadySeconds ?? 0) === (b.spec.minReadySeconds ?? 0) &&
    annotations(a) === annotations(b)
  );
}

/** Of the old sets that are empty, all but the newest `revisionHistoryLimit` (`sync.go` cleanupDeployment). */
function cleanup(deployment: Deployment, old: readonly ReplicaSet[]): DeploymentAction[] {
  const alive = old.filter((set) => set.metadata.deletionTimestamp === undefined);
  const surplus = alive.length - (deployment.spec.revisionHistoryLimit ?? 10);
  if (surplus <= 0) return [];
  return [...alive]
    .sort((a, b) => Number(revisionOf(a) > revisionOf(b)) - Number(revisionOf(a) < revisionOf(b)))
    .slice(0, surplus)
    .filter(isEmpty)
    .map((replicaSet) => ({ type: 'delete', replicaSet }));
}

function isEmpty(set: ReplicaSet): boolean {
  const isObserved = (set.metadata.generation ?? 0) <= (set.status?.observedGeneration ?? 0);
  return replicasOf(set) === 0 && (set.status?.replicas ?? 0) === 0 && isObserved;
}

function lookAgain(deployment: Deployment, status: DeploymentStatus, now: number): number | undefined {
  if (isComplete(deployment, status)) return undefined;
  const left = deadlineInMs(deployment, status.conditions ?? [], now);
  // Timestamps have a resolution of one second: add one, so that the deadline has certainly passed.
  return left === undefined ? undefined : Math.max(0, left) + 1000;
}
