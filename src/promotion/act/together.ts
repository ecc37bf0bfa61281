import { rfc3339 } from '../../base/clock.ts';
import { type Problem, ProblemError, problemOf } from '../../base/errors.ts';
import type { PromotionReport, TogetherReport } from '../../model/faces.ts';
import { promotionObjectName } from '../../model/names.ts';
import { PILOTAGE_FILE } from '../../model/pilotagefile.ts';
import type { Environment } from '../../model/types.ts';
import type { User } from '../../model/user.ts';
import type { PromoteOptions } from '../options.ts';
import { environmentOf, promotionOf } from '../record/lookup.ts';
import { recordAgain } from '../record/promotion.ts';
import { promote } from './promote.ts';
import { isProtectedAt, openPullRequest } from './pullrequest.ts';
import { pushRevert } from './revert.ts';

export interface Member {
  readonly delivery: string;
  readonly environment: string;
}

/**
 * Promotes to several environments, of one delivery or of several, or to none. Every gate of every member has to be open before the first
 * branch moves; then they move one after the other, each only if it is where it was. Where one does not, those before it are taken back by a
 * commit each. So it is not atomic for who watches: what moved first may have begun to roll out meanwhile.
 */
export async function promoteTogether(
  options: PromoteOptions,
  members: readonly Member[],
  { dryRun }: { readonly dryRun: boolean },
  user: User,
): Promise<TogetherReport> {
  const looked: PromotionReport[] = [];
  for (const member of members) looked.push(await lookAt(options, member, user));
  const closed = looked.filter(({ outcome }) => outcome !== 'WouldPromote' && outcome !== 'UpToDate');
  if (closed.length > 0) return { outcome: 'Refused', members: looked, problems: [] };
  if (dryRun) return { outcome: 'WouldPromote', members: looked, problems: [] };
  const moved: PromotionReport[] = [];
  for (const [at, member] of members.entries()) {
    const found = looked[at];
    if (found?.outcome === 'UpToDate') continue;
    const report = await move(options, member, found?.revision ?? null, user);
    if ('problem' in report) return takeAllBack(options, looked, moved, { member, ...report }, user);
    moved.push(report);
  }
  const ended = looked.map(
    (one) => moved.find(({ delivery, to }) => delivery === one.delivery && to === one.to) ?? one,
  );
  return { outcome: moved.length > 0 ? 'Promoted' : 'UpToDate', members: ended, problems: [] };
}

/** What would happen, where it can be taken back if another one fails. */
async function lookAt(options: PromoteOptions, member: Member, user: User): Promise<PromotionReport> {
  const { delivery, environment } = member;
  const target = await environmentOf(options.home, delivery, environment);
  const report = await promote(options, delivery, environment, { dryRun: true }, user);
  if (report.outcome !== 'WouldPromote') return report;
  const problem = await notTogether(options, member, target, report.revision ?? '');
  return problem ? { ...report, outcome: 'Refused', problems: [problem] } : report;
}

async function notTogether(
  options: PromoteOptions,
  { delivery, environment }: Member,
  { spec: { branch }, status }: Environment,
  revision: string,
): Promise<Problem | undefined> {
  const name = `${delivery}/${environment}`;
  if (status?.promotionPolicy?.by === 'pull-request')
    return {
      reason: 'NotTogether',
      message: `${name} is promoted by pull request, which somebody merges at another time: it cannot move together with others.`,
      remedy: `pilotage promote ${name}`,
    };
  const promotion = await promotionOf(options.home, promotionObjectName(delivery, environment, revision));
  const pull = openPullRequest(promotion);
  if (pull)
    return {
      reason: 'NotTogether',
      message: `Pull request ${pull.number} brings ${revision.slice(0, 7)} to ${name}, and is open (${pull.url}): it cannot move together with others.`,
      remedy: `Merge it, and promote the others alone; or close it, and take the rejection back: pilotage reject ${name} --off`,
    };
  const forge = await options.forge(delivery);
  if (forge && (await isProtectedAt(forge, branch)))
    return {
      reason: 'NotTogether',
      message: `The branch ${branch} of ${name} is protected: what is promoted there comes by pull request, and cannot move together with others.`,
      remedy: `Alone: pilotage promote ${name}`,
    };
  const repository = await options.repository(delivery);
  const tip = (await repository?.branches())?.[branch];
  if (repository && tip !== undefined) {
    const files = await Promise.all([tip, revision].map((oid) => repository.oidAt(oid, PILOTAGE_FILE)));
    return files[0] === files[1] ? undefined : changesTerms(name);
  }
  return {
    reason: 'NotTogether',
    message: `The branch ${branch} of ${name} does not exist yet, so that there is nothing to go back to if another one fails.`,
    remedy: `The first time alone: pilotage promote ${name}`,
  };
}

/** Taking it back would bring older gates back without passing those in force. */
const changesTerms = (name: string): Problem => ({
  reason: 'NotTogether',
  message: `${PILOTAGE_FILE} changes with what ${name} would get, and that is not taken back by itself.`,
  remedy: `Alone: pilotage promote ${name}`,
});

/** Promoted, or why not: by then another revision may have come, or a gate may have closed. */
async function move(
  options: PromoteOptions,
  { delivery, environment }: Member,
  revision: string | null,
  user: User,
): Promise<PromotionReport | { readonly problem: Problem }> {
  try {
    const report = await promote(options, delivery, environment, { dryRun: false, pushOnly: true }, user);
    if (report.outcome === 'Promoted') return report;
    const reasons = [
      ...report.problems.map(({ message }) => message),
      ...report.gates.map(({ reason }) => reason),
    ];
    return {
      problem: {
        reason: report.outcome,
        message: `${(report.revision ?? revision ?? '').slice(0, 7)} is not promoted (any more): ${reasons.join(' ')}`,
      },
    };
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    return { problem: problemOf(error) };
  }
}

async function takeAllBack(
  options: PromoteOptions,
  looked: readonly PromotionReport[],
  moved: readonly PromotionReport[],
  { member, problem }: { readonly member: Member; readonly problem: Problem },
  user: User,
): Promise<TogetherReport> {
  const failed = `${member.delivery}/${member.environment}`;
  const problems: Problem[] = [{ ...problem, message: `${failed} did not move: ${problem.message}` }];
  for (const report of moved.toReversed()) {
    const left = await backFrom(options, report, problems[0]?.message ?? '', user).catch(
      (error: unknown) => problemOf(error).message,
    );
    if (left !== undefined) problems.push(staysMoved(report, left));
  }
  return { outcome: problems.length > 1 ? 'PartlyMoved' : 'TakenBack', members: looked, problems };
}

/** Undefined once it is taken back; otherwise why it stays. Whoever asks for all of them again need not say so of this one. */
async function backFrom(
  options: PromoteOptions,
  { delivery, to, revision, mergeCommit }: PromotionReport,
  cause: string,
  { name: by }: User,
): Promise<string | undefined> {
  const target = await environmentOf(options.home, delivery, to);
  const repository = await options.repository(delivery);
  const promotion = await promotionOf(options.home, promotionObjectName(delivery, to, revision ?? ''));
  const before = promotion?.status?.before?.revision;
  if (!repository || !promotion || mergeCommit === undefined || before === undefined)
    return 'what it was at before is not known';
  const oid = await pushRevert(options, repository, {
    ...{ target, promotion, cause, by },
    tip: await repository.commit(mergeCommit),
    good: { commit: await repository.commit(before), release: undefined },
    why: 'It was promoted together with others, of which one did not move:',
  });
  if (oid === undefined) return 'somebody pushed to its branch meanwhile';
  const again = { by, at: rfc3339(options.clock.now()), commits: [oid] };
  await recordAgain(options.home, promotion, again);
  return undefined;
}

const staysMoved = ({ delivery, to, mergeCommit = '' }: PromotionReport, why: string): Problem => ({
  reason: 'StaysMoved',
  message: `${delivery}/${to} moved, and was not taken back: ${why}.`,
  remedy: `git revert -m 1 ${mergeCommit.slice(0, 10)} on its branch, and push`,
});
