import type { ControllerRevision } from '../../../kube/kinds/objects.data.ts';
import { deepEqual } from '../../../kube/values/equal.ts';
import { byRevision, isEquivalent, type Revised, revisionData } from './revisions.ts';

export interface HistoryDecision {
  /** The revision that holds the template of the workload; undefined where it has to be created. */
  readonly current: ControllerRevision | undefined;
  /** The number that the current revision should have. */
  readonly number: number;
  /** The others, the oldest first. */
  readonly old: readonly ControllerRevision[];
  /** Others with the same template. */
  readonly duplicates: readonly ControllerRevision[];
}

/**
 * Which of its revisions a workload is at, and by which number: going back to an old template makes its revision the newest
 * (Kubernetes `stateful_set_control.go` getStatefulSetRevisions, `daemon/update.go` constructHistory).
 */
export function decideHistory(owner: Revised, revisions: readonly ControllerRevision[]): HistoryDecision {
  const sorted = [...revisions].sort(byRevision);
  const data = revisionData(owner);
  const equal = sorted.filter((revision) => deepEqual(revision.data, data));
  const latest = sorted.at(-1);
  const current = equal.at(-1) ?? (latest && isEquivalent(owner, latest) ? latest : undefined);
  const old = sorted.filter((revision) => revision !== current && !equal.includes(revision));
  const next = (old.at(-1)?.revision ?? 0) + 1;
  return {
    current,
    number: Math.max(current?.revision ?? next, next),
    old,
    duplicates: equal.filter((revision) => revision !== current),
  };
}

/** Of what nothing lives of, the oldest first, as many as there are beyond `limit` of `count` revisions. */
export function surplus(
  revisions: readonly ControllerRevision[],
  isLive: (revision: ControllerRevision) => boolean,
  excess: number,
): readonly ControllerRevision[] {
  return revisions.filter((revision) => !isLive(revision)).slice(0, Math.max(0, excess));
}
