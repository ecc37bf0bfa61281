import { type Problem, ProblemError } from '../../base/errors.ts';
import { BACKPORTS, withTrailers } from '../../git/objects/trailers.ts';
import type { Commit, Oid, Repository } from '../../git/types.ts';
import type { BackportReport } from '../../model/faces.ts';
import type { Environment } from '../../model/types.ts';
import type { User } from '../../model/user.ts';
import { gatherFacts } from '../decide/facts.ts';
import { holds } from '../history/backported.ts';
import { formatCommit } from '../history/commits.ts';
import type { PromoteOptions } from '../options.ts';
import { environmentOf } from '../record/lookup.ts';

/**
 * Cherry-picks the direct commits of a target onto the branch where its chain of promotions begins, one commit each; from there they come
 * back by promotion. What the branch holds already is left out.
 */
export async function backport(
  options: PromoteOptions,
  delivery: string,
  to: string,
  request: { readonly dryRun: boolean },
  { name: by }: User,
): Promise<BackportReport> {
  const { facts, repository } = await gatherFacts({ ...options, rehearse: async () => [] }, delivery, to);
  const first = await firstOf(options, delivery, to);
  const { branch, environment: origin } = first.spec;
  const report = { delivery, from: to, to: origin, branch, commits: [] };
  if (facts.lineage.type === 'diverged' && !facts.lineage.landed) {
    throw new ProblemError(strangers(facts.target, facts.source, branch));
  }
  const direct = facts.lineage.type === 'diverged' ? [...facts.lineage.foreign].reverse() : [];
  if (direct.length === 0) return { ...report, outcome: 'UpToDate' };
  const tip = (await repository.branches())[branch];
  if (tip === undefined) throw new ProblemError(noBranch(first));
  const picked: Commit[] = [];
  let onto = tip;
  for (const commit of direct) {
    const next = await pick(options, repository, { commit, onto, branch, to, by });
    if (next === undefined) continue;
    picked.push(commit);
    onto = next;
  }
  const commits = picked.map(formatCommit);
  // The branch of the source has them; the source does not run them yet.
  if (picked.length === 0) return { ...report, outcome: 'UnderWay' };
  if (request.dryRun) return { ...report, outcome: 'WouldBackport', commits };
  if ((await options.publish({ delivery, branch, oid: onto, expected: tip, by })) === 'rejected') {
    throw new ProblemError({
      reason: 'SourceMoved',
      message: `Somebody pushed to ${branch} at the same moment; nothing was backported.`,
      remedy: `Try again: pilotage backport ${delivery}/${to}`,
    });
  }
  options.logger.info({ delivery, from: to, branch, commits }, 'backported');
  return { ...report, outcome: 'Backported', commits, tip: onto };
}

/** Where the chain of promotions begins: in the middle of the chain the commit would be a direct commit again. */
async function firstOf(
  { home }: PromoteOptions,
  delivery: string,
  environment: string,
): Promise<Environment> {
  const seen = new Set<string>();
  let found = await environmentOf(home, delivery, environment);
  for (;;) {
    const from = found.status?.promotionPolicy?.from;
    if (from === undefined || seen.has(from)) return found;
    seen.add(from);
    found = await environmentOf(home, delivery, from);
  }
}

interface Pick {
  readonly commit: Commit;
  readonly onto: Oid;
  readonly branch: string;
  readonly to: string;
  readonly by: string;
}

/** The cherry-picked commit, with its author; undefined where the branch holds all of it already. */
async function pick(
  { author, clock }: PromoteOptions,
  repository: Repository,
  { commit, onto, branch, to, by }: Pick,
): Promise<Oid | undefined> {
  const from = commit.parents[0];
  if (from === undefined) throw new ProblemError(conflict(commit, branch, ['(it has no parent)']));
  const change = { from, to: commit.oid };
  if (await holds(repository, change, onto)) return undefined;
  const replay = await repository.replay(change, onto, { write: true });
  if (replay.type === 'conflict') throw new ProblemError(conflict(commit, branch, replay.paths));
  return repository.commitTree({
    tree: replay.tree,
    parents: [onto],
    message: withTrailers(`${words(commit)}\n\n(cherry picked from commit ${commit.oid})`, [
      { token: BACKPORTS, value: `${to}@${commit.oid}` },
      { token: 'Requested-by', value: by },
    ]),
    author: commit.author,
    committer: { ...author, at: clock.now() },
  });
}

/** The message without our trailers, which are true of the original only. */
const words = ({ message }: Commit): string =>
  message
    .split('\n')
    .filter((line) => !/^pilotage-/i.test(line))
    .join('\n')
    .trimEnd();

function conflict(commit: Commit, branch: string, paths: readonly string[]): Problem {
  return {
    reason: 'BackportConflict',
    message: `${formatCommit(commit)} changes what ${branch} has changed differently; nothing was backported.`,
    details: paths.slice(0, 10),
    remedy: `By hand, in a clone: git fetch && git checkout ${branch} && git pull && git cherry-pick ${commit.oid.slice(0, 10)}; decide on each of these files, git cherry-pick --continue, and push.`,
  };
}

const strangers = (target: string, source: string, branch: string): Problem => ({
  reason: 'NothingInCommon',
  message: `No commit of ${target} has content that ${source} ever had: there is no change to bring, only two histories.`,
  remedy: `Merge its branch into ${branch} by hand (git merge --allow-unrelated-histories), and push.`,
});

const noBranch = ({ spec }: Environment): Problem => ({
  reason: 'BranchMissing',
  message: `The branch ${spec.branch} of ${spec.delivery}/${spec.environment} does not exist.`,
  remedy: 'Push it again.',
});
