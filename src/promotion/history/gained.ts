import { ByteCache } from '../../base/bytecache.ts';
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
  isKnown: boolean,
): Promise<readonly Commit[]> {
  const { deployedRevision = '', deployedTree } = status ?? {};
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
  const { commits, authors } = await gainOf(repository, target, revisions);
  const pushes = await repository.pushesOf(commits);
  const pushers = pushes.flatMap(({ by, aliases = [] }) => [by, ...aliases]);
  return { approvals, authors, pushers: [...new Set(pushers)] };
}

/** What is gained, with the originals of what was backported, and who wrote it. */
interface Gain {
  readonly commits: ReadonlySet<Oid>;
  readonly authors: readonly string[];
}

/** A walk over the history takes a fifth of a millisecond for each commit, and finds the same until something else is deployed. */
const gains = new ByteCache<string, Gain>(16 * 2 ** 20);
const COMMIT_BYTES = 100;

async function gainOf(repository: Repository, target: Environment, revisions: readonly Oid[]): Promise<Gain> {
  const { deployedRevision = '', deployedTree } = target.status ?? {};
  const isKnown = deployedRevision !== '' && (await repository.resolve(deployedRevision)) !== undefined;
  const key = JSON.stringify([repository.dir, revisions, deployedRevision, deployedTree, isKnown]);
  const known = gains.get(key);
  if (known) return known;
  const lists = await Promise.all(
    [...new Set(revisions)].map((oid) => gainedBy(repository, oid, target, isKnown)),
  );
  const { commits, isWhole } = await withOriginals(repository, lists.flat());
  const gain = { commits: new Set(commits.map(({ oid }) => oid)), authors: peopleOf(commits) };
  // An original that is not here may come.
  if (isWhole) gains.set(key, gain, COMMIT_BYTES * (commits.length + gain.authors.length));
  return gain;
}

/** With what backports brought: Pilotage committed them, so that the original alone tells who committed and pushed it. */
async function withOriginals(
  repository: Repository,
  commits: readonly Commit[],
): Promise<{ readonly commits: readonly Commit[]; readonly isWhole: boolean }> {
  let isWhole = true;
  const all = new Map(commits.map((commit) => [commit.oid, commit]));
  // What is found is looked at in turn: a Map goes on with what is added meanwhile.
  for (const { message } of all.values()) {
    const origin = backportedFrom(message)?.revision;
    if (origin === undefined || all.has(origin)) continue;
    const isHere = (await repository.resolve(origin)) !== undefined;
    if (isHere) all.set(origin, await repository.commit(origin));
    else isWhole = false;
  }
  return { commits: [...all.values()], isWhole };
}

/** Who wrote them, as `Name <mail>`: authors, committers, and whom a message names as a co-author. */
function peopleOf(commits: readonly Commit[]): readonly string[] {
  const people = commits.flatMap(({ author, committer, message }) => [
    ...[author, committer].map(({ name, email }) => `${name} <${email}>`),
    ...trailerValues(message, 'Co-authored-by'),
  ]);
  return [...new Set(people)];
}
