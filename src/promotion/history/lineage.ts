import type { Commit } from '../../git/types.ts';

/**
 * How a target branch relates to the source that it is promoted from. Decided by trees, not by ancestry: a squash or a merge made
 * by hand in a forge counts as a promotion when it left the source's tree there.
 */
export type Lineage =
  /** The target branch does not exist: the first promotion creates it. */
  | { readonly type: 'absent' }
  /** Both carry the same tree: nothing to promote. */
  | { readonly type: 'level' }
  /**
   * The target carries what an earlier promotion left there; `gains` are the source's commits since then, newest first.
   * `promoted`: the commit that it promoted, where the source's history does not show its tree.
   */
  | { readonly type: 'behind'; readonly gains: readonly Commit[]; readonly promoted?: string }
  /** The target carries a later commit of the source than the one that would be promoted. */
  | { readonly type: 'ahead'; readonly promoted: string }
  /**
   * People committed to the target directly; `foreign` are those commits, newest first, `landed` the one before them that the source
   * has; absent where the two share nothing.
   */
  | { readonly type: 'diverged'; readonly foreign: readonly Commit[]; readonly landed?: Commit };

export interface LineageInput {
  /** Target branch along first parents, newest first; empty when it does not exist. */
  readonly target: readonly Commit[];
  /** Ancestry of the source revision, newest first, the revision itself at 0. */
  readonly source: readonly [Commit, ...Commit[]];
  /** The source commit that a commit of the target says it promotes, if it is a promotion of ours. */
  readonly promotedBy: (commit: Commit) => string | undefined;
  /** Direct commits of the target whose change the source has. */
  readonly backported?: ReadonlySet<string>;
}

const NONE: ReadonlySet<string> = new Set();

export function lineageOf({ target, source, promotedBy, backported = NONE }: LineageInput): Lineage {
  const tip = target[0];
  if (!tip) return { type: 'absent' };
  if (tip.tree === source[0].tree) return { type: 'level' };
  const sourceTrees = new Map<string, number>();
  source.forEach((commit, index) => {
    if (!sourceTrees.has(commit.tree)) sourceTrees.set(commit.tree, index);
  });
  const landing = target.findIndex(
    (commit) => sourceTrees.has(commit.tree) || promotedBy(commit) !== undefined,
  );
  const landed = target[landing];
  if (!landed) return { type: 'diverged', foreign: target };
  // A hotfix that was reverted leaves the tree of the promotion: nothing of it would be lost.
  const direct = tip.tree === landed.tree ? [] : target.slice(0, landing);
  const foreign = direct.filter(({ oid }) => !backported.has(oid));
  if (foreign.length > 0) return { type: 'diverged', foreign, landed };
  const known = sourceTrees.get(landed.tree);
  if (known !== undefined) return { type: 'behind', gains: source.slice(0, known) };
  const promoted = promotedBy(landed);
  return { type: 'behind', gains: source, ...(promoted ? { promoted } : {}) };
}
