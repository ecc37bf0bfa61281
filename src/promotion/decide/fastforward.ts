import type { Commit, Oid, Repository } from '../../git/types.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import type { Environment } from '../../model/types.ts';
import { ourRecord } from '../record/ours.ts';

/** How the branch of a target moves, and which commits are in the way of the one that its policy asks for, newest first. */
export interface Way {
  readonly by: 'merge' | 'fast-forward';
  readonly inTheWay: readonly Commit[];
}

/** Commits that are looked at; more than are named. */
const MOST = 50;
const MERGE: Way = { by: 'merge', inTheWay: [] };

/**
 * A fast-forward moves the branch to the revision itself, which must have all that the branch has. Commits of Pilotage's own (merges from
 * before the policy said so, reverts of what failed) hold no work of anybody: where nothing else is in the way, it merges. Nor does a commit whose
 * tree the source had; that needs no record, of which only the last are kept (`record/collect.ts`). `sourceLog`: the ancestry of the revision.
 */
export async function wayTo(
  home: KubeClient,
  target: Environment,
  repository: Repository,
  {
    base,
    revision,
    sourceLog,
  }: { readonly base: Oid | null; readonly revision: Oid; readonly sourceLog: readonly Commit[] },
): Promise<Way> {
  if (target.status?.promotionPolicy?.by !== 'fast-forward') return MERGE;
  if (base === null || (await repository.isAncestor(base, revision)))
    return { by: 'fast-forward', inTheWay: [] };
  const between = await repository.log(base, { exclude: [revision], allParents: true, limit: MOST });
  const trees = new Set(sourceLog.map(({ tree }) => tree));
  const others = between.filter(({ tree }) => !trees.has(tree));
  const records = await Promise.all(others.map((commit) => ourRecord(home, target, commit)));
  const inTheWay = others.filter((_, at) => records[at] === undefined);
  return inTheWay.length === 0 ? MERGE : { by: 'fast-forward', inTheWay };
}
