import { backportedFrom, trailerValues } from '../../git/objects/trailers.ts';
import type { Commit, Oid, Repository } from '../../git/types.ts';
import type { Approval, Environment } from '../../model/types.ts';

/**
 * Every commit that an environment would gain by deploying `revision`: what can be reached from it, through merges (those of Pilotage
 * among them) back to the commits that people wrote, and not from what is deployed. Where the deployed content came another way (a
 * squash), the first commit of the same tree stands in for it: a later one only took back what somebody wrote in between.
 */
async function gainedBy(
  repository: Repository,
  revision: Oid,
  { status }: Environment,
): Promise<readonly Commit[]> {
  const { deployedRevision, deployedTree } = status ?? {};
  const isKnown =
    deployedRevision !== undefined && (await repository.resolve(deployedRevision)) !== undefined;
  const exclude = isKnown ? [deployedRevision] : [];
  // All of them, however many: whoever wrote one that is left out could approve it.
  const options = { allParents: true };
  const commits = await repository.log(revision, { ...options, exclude });
  const isSame = ({ tree, oid }: Commit) => tree === deployedTree && oid !== revision;
  const same = commits.some(isSame) ? (await repository.log(revision, options)).findLast(isSame) : undefined;
  const gained = same
    ? await repository.log(revision, { ...options, exclude: [...exclude, same.oid] })
    : commits;
  return gained.length > 0 ? gained : [await repository.commit(revision)];
}

interface ApprovalFacts {
  readonly approvals: readonly Approval[];
  /** `Name <mail>` */
  readonly authors: readonly string[];
  /** Names of users, and what else they are known by. */
  readonly pushers: readonly string[];
}

/**
 * The approvals of `revisions`, and whose do not count because they wrote or pushed a part of what the target would gain. Where nobody
 * has approved, neither history nor pushes are read: gates are evaluated every few seconds while a revision waits for them.
 */
export async function approvalFacts(
  repository: Repository,
  target: Environment,
  revisions: readonly Oid[],
  approvals: readonly Approval[] = [],
): Promise<ApprovalFacts> {
  if (approvals.length === 0) return { approvals, authors: [], pushers: [] };
  const lists = await Promise.all([...new Set(revisions)].map((oid) => gainedBy(repository, oid, target)));
  const gained = await withOriginals(repository, lists.flat());
  const pushes = await repository.pushesOf(new Set(gained.map(({ oid }) => oid)));
  const pushers = pushes.flatMap(({ by, aliases = [] }) => [by, ...aliases]);
  return { approvals, authors: peopleOf(gained), pushers: [...new Set(pushers)] };
}

/** With what backports brought: Pilotage committed them, so that the original alone tells who committed and pushed it. */
async function withOriginals(repository: Repository, commits: readonly Commit[]): Promise<readonly Commit[]> {
  const all = new Map(commits.map((commit) => [commit.oid, commit]));
  // What is found is looked at in turn: a Map goes on with what is added meanwhile.
  for (const { message } of all.values()) {
    const origin = backportedFrom(message)?.revision;
    if (origin === undefined || all.has(origin) || (await repository.resolve(origin)) === undefined) continue;
    all.set(origin, await repository.commit(origin));
  }
  return [...all.values()];
}

/** Who wrote them, as `Name <mail>`: authors, committers, and whom a message names as a co-author. */
function peopleOf(commits: readonly Commit[]): readonly string[] {
  const people = commits.flatMap(({ author, committer, message }) => [
    ...[author, committer].map(({ name, email }) => `${name} <${email}>`),
    ...trailerValues(message, 'Co-authored-by'),
  ]);
  return [...new Set(people)];
}
