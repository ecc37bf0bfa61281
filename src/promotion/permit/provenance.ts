import type { Commit, Oid, Repository } from '../../git/types.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import { LABELS } from '../../model/annotations.ts';
import { PILOTAGE_FILE } from '../../model/pilotagefile.ts';
import { type Environment, PILOTAGE_NAMESPACE, type Promotion, RELEASES } from '../../model/types.ts';
import { type GatherOptions, HISTORY_LIMIT, lookUpEnvironment, promotionsTo } from '../decide/facts.ts';
import { isGated } from '../gates/policy.ts';

/** What a revision on the branch of an environment is to the gates that lead there. */
export type Standing =
  /** No gate is asked: `why` is for the reader of the code, `note` for whoever looks at the environment. */
  | {
      readonly type: 'free';
      readonly why: 'noPolicy' | 'ours' | 'deployedBefore' | 'noGates';
      readonly note?: string;
    }
  /** Nobody can say yet. */
  | { readonly type: 'unknown'; readonly message: string }
  /** A merge or squash by hand: it brings the tree of this commit of its source. */
  | { readonly type: 'promotion'; readonly source: Environment; readonly promoted: Oid }
  /** Content that no commit of the source has: pushed to the branch itself. */
  | { readonly type: 'direct'; readonly commit: Commit };

/** Everything that passes without its gates passes here, in the order of this function, and for no other reason. */
export async function standingOf(
  { home, repository: repositoryOf }: Pick<GatherOptions, 'home' | 'repository'>,
  target: Environment,
  revision: Oid,
): Promise<Standing> {
  const { delivery } = target.spec;
  const policy = target.status?.promotionPolicy;
  if (!policy) return { type: 'free', why: 'noPolicy' };
  const repository = await repositoryOf(delivery);
  if (!repository) return { type: 'unknown', message: `The repository of ${delivery} is not here yet.` };
  const promotions = await promotionsTo(home, target);
  // A promotion of ours passed its gates before it was pushed.
  if (promotions.some(({ status }) => status?.mergeCommit === revision)) return { type: 'free', why: 'ours' };
  const commit = await repository.commit(revision);
  if (await wasDeployed(home, target, commit.tree, promotions)) {
    const isFree = !isGated(policy) || (await hasFileOf(repository, revision, target));
    return isFree ? { type: 'free', why: 'deployedBefore' } : { type: 'direct', commit };
  }
  const from = `${delivery}/${policy.from}`;
  const source = await lookUpEnvironment(home, delivery, policy.from);
  if (!source) return { type: 'unknown', message: `There is no ${from} yet.` };
  const promoted = await sourceCommit(repository, commit, source);
  if (promoted !== undefined) return { type: 'promotion', source, promoted };
  return isGated(policy)
    ? { type: 'direct', commit }
    : { type: 'free', why: 'noGates', note: untested(revision, from) };
}

const untested = (revision: Oid, from: string): string =>
  `${revision.slice(0, 7)} was pushed here directly: ${from} has not tested it`;

/**
 * What goes back to content that ran here brings nothing new: a revert, or a hotfix that was taken back. Only what was released
 * or promoted counts, not what merely stood on the branch; and a pin let a revision through by a person's word, not by its gates.
 */
async function wasDeployed(
  home: KubeClient,
  { spec }: Environment,
  tree: Oid,
  promotions: readonly Promotion[],
): Promise<boolean> {
  if (promotions.some((one) => one.status?.mergeCommit !== undefined && one.spec.tree === tree)) return true;
  const { items } = await home.list(RELEASES, {
    namespace: PILOTAGE_NAMESPACE,
    labelSelector: `${LABELS.delivery}=${spec.delivery},${LABELS.environment}=${spec.environment}`,
  });
  return items.some((release) => release.spec.tree === tree && release.spec.cause === 'commit');
}

/** The gates of an older file must not come back with older content: what is deployed says which are in force. */
async function hasFileOf(repository: Repository, revision: Oid, { status }: Environment): Promise<boolean> {
  const deployed = status?.deployedRevision;
  if (deployed === undefined || (await repository.resolve(deployed)) === undefined) return false;
  const files = await Promise.all([revision, deployed].map((oid) => repository.oidAt(oid, PILOTAGE_FILE)));
  return files[0] === files[1];
}

/** The commit of the source whose tree this one brings. */
async function sourceCommit(
  repository: Repository,
  { tree }: Commit,
  { spec, status }: Environment,
): Promise<Oid | undefined> {
  // The branch rather than what is deployed: what both have at once has not been tested yet, and is a promotion all the same.
  const from = (await repository.branches())[spec.branch] ?? status?.wantedRevision;
  if (from === undefined) return undefined;
  const tested = await repository.log(from, { limit: HISTORY_LIMIT, allParents: true });
  return tested.find((commit) => commit.tree === tree)?.oid;
}
