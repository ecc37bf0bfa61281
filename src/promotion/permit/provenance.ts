import type { Commit, Oid, Repository } from '../../git/types.ts';
import { PILOTAGE_FILE } from '../../model/pilotagefile.ts';
import { describeSources, sourcesOf } from '../../model/promotionsources.ts';
import type { Environment, Promotion } from '../../model/types.ts';
import { isGated } from '../gates/policy.ts';
import { HISTORY_LIMIT } from '../history/commits.ts';
import type { PromotionSources } from '../options.ts';
import { lookUpEnvironment, promotionsTo, releasesOf } from '../record/lookup.ts';
import { ourRecord } from '../record/ours.ts';

/** How a revision came to the branch of an environment, as far as the gates that lead there are concerned. */
export type Provenance =
  /** No gate is asked. `note` is shown with the environment. */
  | {
      readonly type: 'free';
      readonly why: 'noPolicy' | 'ours' | 'deployedBefore' | 'noGates';
      readonly note?: string;
    }
  /** Not known yet. */
  | { readonly type: 'unknown'; readonly message: string }
  /** A merge or squash by hand: it brings the tree of this commit of its source. */
  | { readonly type: 'promotion'; readonly source: Environment; readonly promoted: Oid }
  /** Content that no commit of the source has: pushed to the branch itself. */
  | { readonly type: 'direct'; readonly commit: Commit };

/** Everything that passes without gates passes here, in the order of this function, and for no other reason. */
export async function provenanceOf(
  sources: PromotionSources,
  target: Environment,
  revision: Oid,
): Promise<Provenance> {
  const { home, repository: repositoryOf } = sources;
  const { delivery } = target.spec;
  const policy = target.status?.promotionPolicy;
  if (!policy) return { type: 'free', why: 'noPolicy' };
  const repository = await repositoryOf(delivery);
  if (!repository) return { type: 'unknown', message: `The repository of ${delivery} is not here yet.` };
  const commit = await repository.commit(revision);
  // A promotion of ours passed its gates before it was pushed.
  const ours = await ourRecord(home, target, commit);
  if (ours) return { type: 'free', why: 'ours', ...noteOfFailure(ours, commit) };
  if (await wasDeployed(sources, target, commit.tree)) {
    const isFree = !isGated(policy) || (await hasFileOf(repository, revision, target));
    return isFree ? { type: 'free', why: 'deployedBefore' } : { type: 'direct', commit };
  }
  for (const name of sourcesOf(policy)) {
    const source = await lookUpEnvironment(home, delivery, name);
    if (!source) return { type: 'unknown', message: `There is no ${delivery}/${name} yet.` };
    const promoted = await sourceCommit(sources, repository, commit, source);
    if (promoted !== undefined) return { type: 'promotion', source, promoted };
  }
  const from = describeSources(policy);
  return isGated(policy)
    ? { type: 'direct', commit }
    : {
        type: 'free',
        why: 'noGates',
        note: untested(revision, policy.alsoFrom ? from : `${delivery}/${from}`),
      };
}

function noteOfFailure({ spec, status }: Promotion, { oid }: Commit): { readonly note?: string } {
  if (status?.revertCommit !== oid || !status.failure) return {};
  const name = `${spec.delivery}/${spec.to}`;
  return {
    note: `${oid.slice(0, 7)} takes back ${spec.revision.slice(0, 7)} of ${spec.from}, which failed here: ${status.failure.cause.split('\n', 1)[0]}\n  → Correct it in ${spec.delivery}/${spec.from}; the same again: pilotage promote ${name} --again`,
  };
}

const untested = (revision: Oid, from: string): string =>
  `${revision.slice(0, 7)} was pushed here directly: ${from} has not tested it`;

/**
 * A return to content that ran here brings nothing new: a revert of a promotion, or of a hotfix. Only what was released or
 * promoted counts, not what was merely pushed to the branch; and a pin lets a revision through by a person's decision, not by its gates.
 */
async function wasDeployed(sources: PromotionSources, target: Environment, tree: Oid): Promise<boolean> {
  const isPromoted = ({ spec, status }: Promotion): boolean =>
    status?.mergeCommit !== undefined && spec.tree === tree;
  if ((await promotionsTo(sources, target)).some(isPromoted)) return true;
  const releases = await releasesOf(sources, target);
  return releases.some(({ spec }) => spec.tree === tree && spec.cause === 'commit');
}

/** Older content must not bring back the gates of an older file: what is deployed decides which are in force. */
async function hasFileOf(repository: Repository, revision: Oid, { status }: Environment): Promise<boolean> {
  const deployed = status?.deployedRevision;
  if (deployed === undefined || (await repository.resolve(deployed)) === undefined) return false;
  const files = await Promise.all([revision, deployed].map((oid) => repository.oidAt(oid, PILOTAGE_FILE)));
  return files[0] === files[1];
}

/**
 * The commit of the source whose tree this one brings: of those that the branch itself had, which are its first parents, and of those that ran
 * there. What a merge brought beside them never stood on the branch: whoever merges a side branch does not vouch for each of its commits.
 */
async function sourceCommit(
  sources: PromotionSources,
  repository: Repository,
  { tree }: Commit,
  source: Environment,
): Promise<Oid | undefined> {
  // The branch rather than what is deployed: a commit that was pushed to both is not tested yet, and is a promotion all the same.
  const from = (await repository.branches())[source.spec.branch] ?? source.status?.wantedRevision;
  if (from === undefined) return undefined;
  const tested = await repository.log(from, { limit: HISTORY_LIMIT });
  return (
    tested.find((commit) => commit.tree === tree)?.oid ??
    (await ranBefore(sources, repository, source, { tree, from }))
  );
}

/** Who merges the branch into another one and pushes that as the branch makes a second parent of what ran: git calls it a fast-forward. */
async function ranBefore(
  sources: PromotionSources,
  repository: Repository,
  source: Environment,
  { tree, from }: { readonly tree: Oid; readonly from: Oid },
): Promise<Oid | undefined> {
  for (const { spec } of await releasesOf(sources, source)) {
    if (spec.tree !== tree || spec.cause !== 'commit') continue;
    if ((await repository.resolve(spec.revision)) === undefined) continue;
    if (await repository.isAncestor(spec.revision, from)) return spec.revision;
  }
  return undefined;
}
