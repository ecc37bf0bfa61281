import type { Deployment, ReplicaSet } from '../../../kube/kinds/objects.data.ts';
import { DEPLOYMENT_REVISION, LAST_APPLIED } from '../../../kube/values/annotations.ts';
import { replicasOf } from './generations.ts';
import { maxSizeOf } from './rolling.ts';

const REVISION_HISTORY = 'deployment.kubernetes.io/revision-history';
/** The size of the deployment when the replica set was last scaled; it distinguishes scaling from a rollout. */
const DESIRED_REPLICAS = 'deployment.kubernetes.io/desired-replicas';
/** The same plus surge: the base for the share of a replica set when the deployment is scaled in the middle of a rollout. */
const MAX_REPLICAS = 'deployment.kubernetes.io/max-replicas';

const NOT_COPIED: ReadonlySet<string> = new Set([
  LAST_APPLIED,
  'deprecated.deployment.rollback.to',
  DEPLOYMENT_REVISION,
  REVISION_HISTORY,
  DESIRED_REPLICAS,
  MAX_REPLICAS,
]);
/** The maximal length of the revision history in characters (Kubernetes `maxRevHistoryLengthInChars`). */
const HISTORY_CHARACTERS = 2000;

export type Annotations = Readonly<Record<string, string>>;

const numberIn = (set: ReplicaSet, annotation: string): number | undefined => {
  const text = set.metadata.annotations?.[annotation];
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
};

/** An int64 in Kubernetes: more than a number holds. 0 where there is none. */
export const revisionOf = (set: ReplicaSet): bigint =>
  revisionIn(set.metadata.annotations?.[DEPLOYMENT_REVISION]);

const revisionIn = (text: string | undefined): bigint =>
  /^\d{1,19}$/.test(text ?? '') ? BigInt(text ?? 0) : 0n;
export const desiredReplicasOf = (set: ReplicaSet): number | undefined => numberIn(set, DESIRED_REPLICAS);
export const maxReplicasOf = (set: ReplicaSet): number | undefined => numberIn(set, MAX_REPLICAS);

export const maxRevision = (sets: readonly ReplicaSet[]): bigint =>
  sets.map(revisionOf).reduce((highest, revision) => (revision > highest ? revision : highest), 0n);

/** The annotations that record the deployment's size on a replica set that is being scaled. */
export function sizeAnnotations(deployment: Deployment): Annotations {
  return {
    [DESIRED_REPLICAS]: String(replicasOf(deployment)),
    [MAX_REPLICAS]: String(maxSizeOf(deployment)),
  };
}

/**
 * Annotations of the replica set that has the current template: those of the deployment (including change-cause), and its revision,
 * which only increases; its previous revision is added to its history (Kubernetes `SetNewReplicaSetAnnotations`).
 */
export function currentAnnotations(
  deployment: Deployment,
  existing: Annotations,
  revision: bigint,
): Annotations {
  const copied = Object.entries(deployment.metadata.annotations ?? {}).filter(
    ([key]) => !NOT_COPIED.has(key),
  );
  const annotations = { ...existing, ...Object.fromEntries(copied) };
  const before = existing[DEPLOYMENT_REVISION];
  if (before !== undefined && revisionIn(before) >= revision) return annotations;
  return {
    ...annotations,
    [DEPLOYMENT_REVISION]: String(revision),
    ...(before === undefined ? {} : { [REVISION_HISTORY]: extend(existing[REVISION_HISTORY], before) }),
  };
}

function extend(history: string | undefined, revision: string): string {
  const revisions = history ? history.split(',') : [];
  while (revisions.length > 0 && [...revisions, revision].join(',').length > HISTORY_CHARACTERS)
    revisions.shift();
  return [...revisions, revision].join(',');
}
