import type { Oid, Repository } from '../../git/types.ts';
import type { Environment, Promotion } from '../../model/types.ts';
import { undoneBy } from '../history/rejection.ts';
import type { PromotionSources } from '../options.ts';
import { promotionsTo } from './lookup.ts';

/** A person's word against a revision. */
export interface RejectionWord {
  readonly revision: Oid;
  readonly by: string;
  readonly at: string;
  readonly reason: string;
}

/**
 * The words of people that stand against `candidate`: it is what was rejected, or has all that it would have brought. One that has changed
 * any of the paths concerned is another change. `tip`: what the target carries.
 */
export async function wordsAgainst(
  sources: PromotionSources,
  target: Environment,
  repository: Repository,
  { candidate, tip }: { readonly candidate: Oid; readonly tip: Oid | null },
): Promise<readonly RejectionWord[]> {
  const words: RejectionWord[] = [];
  for (const { spec } of (await promotionsTo(sources, target)).filter(isRejected)) {
    const { by, at, reason, base } = spec.rejected;
    const isSame = spec.revision === candidate || (await treeOf(repository, candidate)) === spec.tree;
    if (isSame || (await hasAllOf(repository, spec.revision, base, { candidate, tip })))
      words.push({ revision: spec.revision, by, at, reason });
  }
  return words;
}

type Rejected = Promotion & {
  readonly spec: { readonly rejected: NonNullable<Promotion['spec']['rejected']> };
};

const isRejected = (one: Promotion): one is Rejected => one.spec.rejected !== undefined;

const treeOf = async (repository: Repository, oid: Oid): Promise<Oid> => (await repository.commit(oid)).tree;

async function hasAllOf(
  repository: Repository,
  revision: Oid,
  base: Oid | undefined,
  { candidate, tip }: { readonly candidate: Oid; readonly tip: Oid | null },
): Promise<boolean> {
  if (base === undefined || tip === null) return false;
  return (await undoneBy(repository, [{ revision, commit: base }], { candidate, tip })).length > 0;
}
