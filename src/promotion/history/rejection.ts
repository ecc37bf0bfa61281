import { promotedFrom } from '../../git/objects/trailers.ts';
import type { Commit, Oid, Repository } from '../../git/types.ts';
import type { Promotion } from '../../model/types.ts';

/** A promotion that was reverted on the branch of its target: it is not promoted again unless a person asks for it. */
export interface Rejection {
  /** The commit of the source that had been promoted. */
  readonly revision: Oid;
  /** The commit of the target that took it back. */
  readonly commit: Oid;
}

export interface RejectionInput {
  /** Target branch along first parents, newest first. */
  readonly target: readonly Commit[];
  /** Ancestry of the source, newest first. */
  readonly source: readonly Commit[];
}

/**
 * Decided by content, whatever the message says: a commit of the target's own whose tree the branch had before a promotion takes
 * that promotion back. Where the source has gone back to that very tree itself since, it is a promotion made by hand.
 */
export function rejectionsIn({ target, source }: RejectionInput): readonly Rejection[] {
  const newest = new Map<string, number>();
  source.forEach(({ tree }, index) => {
    if (!newest.has(tree)) newest.set(tree, index);
  });
  const known = new Set(source.map(({ oid }) => oid));
  // Where the branch follows the history of its source, that history is the source's business.
  const end = target.findIndex(({ oid }) => known.has(oid));
  const own = end < 0 ? target : target.slice(0, end);
  const ageOf = ({ tree }: Commit): number => newest.get(tree) ?? Number.POSITIVE_INFINITY;
  return own.flatMap((commit, at) => {
    if (promotedFrom(commit.message)) return [];
    const before = target.findIndex(({ tree }, index) => index > at + 1 && tree === commit.tree);
    if (before < 0) return [];
    return target.slice(at + 1, before).flatMap((taken) => {
      const revision = promotedFrom(taken.message)?.revision ?? source[newest.get(taken.tree) ?? -1]?.oid;
      if (revision === undefined || ageOf(commit) < ageOf(taken)) return [];
      return [{ revision, commit: commit.oid }];
    });
  });
}

/** Those that are written down with the promotions that they took back: they outlive the history that they were read from. */
export const recordedRejections = (promotions: readonly Promotion[]): readonly Rejection[] =>
  promotions.flatMap(({ spec, status }) =>
    status?.rejectedBy ? [{ revision: spec.revision, commit: status.rejectedBy }] : [],
  );

/**
 * The rejections that a promotion of `candidate` would undo: it has, at every path that was taken back, what was taken back, and the
 * target (`tip`) has not. A candidate that has changed any of those paths since is another change.
 */
export async function undoneBy(
  repository: Repository,
  rejections: readonly Rejection[],
  { candidate, tip }: { readonly candidate: Oid; readonly tip: Oid },
): Promise<readonly Rejection[]> {
  const undone: Rejection[] = [];
  for (const rejection of rejections) {
    const { revision, commit } = rejection;
    const exists = await Promise.all([revision, commit].map((oid) => repository.resolve(oid)));
    if (exists.includes(undefined)) continue;
    const paths = (await repository.changedPaths(commit, revision)).map(({ path }) => path);
    const hasIt = async (oid: Oid): Promise<boolean> => {
      for (const path of paths) {
        if ((await repository.oidAt(oid, path)) !== (await repository.oidAt(revision, path))) return false;
      }
      return true;
    };
    if (paths.length > 0 && (await hasIt(candidate)) && !(await hasIt(tip))) undone.push(rejection);
  }
  return undone;
}
