import { rfc3339 } from '../../base/clock.ts';
import { type Problem, ProblemError } from '../../base/errors.ts';
import { promotionCommit } from '../../git/history/merge.ts';
import type { PromotionReport } from '../../model/faces.ts';
import type { Promotion } from '../../model/types.ts';
import type { User } from '../../model/user.ts';
import { type Choice, chooseRevision } from '../decide/choose.ts';
import { type Decision, decide } from '../decide/decide.ts';
import type { Gathered } from '../decide/facts.ts';
import { formatCommit } from '../history/commits.ts';
import type { PromoteOptions } from '../options.ts';
import { environmentOf } from '../record/lookup.ts';
import { ensurePromotion, recordAgain, recordSkips, recordStatus } from '../record/promotion.ts';
import { isPushRefused, proposalFor, propose } from './pullrequest.ts';
import { reportOf, type Status, statusOf } from './report.ts';
import { askForTests } from './retest.ts';
import { type LeapRequest, leapsOf, newestOf } from './revisionsource.ts';
import { type SkipRequest, skipsOf } from './skip.ts';

export interface PromoteRequest {
  readonly dryRun: boolean;
  /** Also what was reverted on the branch of the target. */
  readonly again?: boolean;
  /** The policy asks for it, not a person. */
  readonly auto?: boolean;
  /** No pull request instead: a branch that takes no push is a problem. */
  readonly pushOnly?: boolean;
  /** Gates that this revision passes by a person's word. Who may give it is asked before. */
  readonly skip?: SkipRequest;
  /** Tests of what the source runs that failed run once more. */
  readonly retest?: boolean;
  /** Another environment to promote from than the policy names. */
  readonly leap?: LeapRequest;
}

/** Promotes to `delivery/to` if it may happen now; otherwise says why not. A dry run stops short of writing anything. */
export async function promote(
  options: PromoteOptions,
  delivery: string,
  to: string,
  request: PromoteRequest,
  { name: by }: User,
): Promise<PromotionReport> {
  const found = await newestOf(options, delivery, to, request.leap);
  const now = options.clock.now();
  const skips = skipsOf(found.facts, request.skip, by, now);
  const { source, revision } = found;
  const isRetest = request.retest === true && !request.dryRun;
  const retest = isRetest && (await askForTests(options, source, { revision: revision.oid, by, now }));
  const facts = {
    ...found.facts,
    ...(retest ? { retest } : {}),
    ...(skips.length > 0 ? { skips: [...(found.facts.skips ?? []), ...skips] } : {}),
    // A person confirms for this revision that what was reverted may come again.
    ...(request.again ? { rejections: [] } : {}),
  };
  const newest = { ...found, facts };
  const decided = decide(newest.facts, now);
  // A person means what the source runs now; the policy takes what has passed, so that frequent pushes starve nothing.
  const choice: Choice = request.auto
    ? await chooseRevision(options, newest, decided, now)
    : { gathered: newest, decision: decided };
  const { gathered, decision } = choice;
  const isGone = gathered.tip === null && gathered.base !== null;
  if (request.dryRun) {
    const report = { ...reportOf(gathered, decision), ...besides(choice) };
    return isGone && decision.type === 'upToDate' ? { ...report, outcome: 'WouldPromote' } : report;
  }
  if (isGone && request.auto)
    return reportOf(gathered, { type: 'refuse', gates: [], problems: [branchGone(gathered)] });
  if (decision.type === 'upToDate') {
    await recordLanding(options, gathered);
    return gathered.tip === null ? restoreBranch(options, gathered, by) : reportOf(gathered, decision);
  }
  const again = request.again ? found.facts.rejections.map(({ commit }) => commit.oid) : [];
  const requested = await recordRequest(options, gathered, by, again);
  const isNewest = gathered.revision.oid === found.revision.oid;
  const leaps = leapsOf(found.target, request.leap, by, now);
  const promotion = await recordSkips(options.home, requested, [...(isNewest ? skips : []), ...leaps]);
  const proposal = request.pushOnly ? undefined : await proposalFor(options, gathered, decision);
  if (proposal) {
    const proposed = await propose(options, gathered, { decision, promotion, by, ...proposal });
    return { ...proposed, ...besides(choice) };
  }
  // A pull request is opened by itself; the branch is moved by itself where the policy says so alone.
  const mayPush = !request.auto || gathered.target.status?.promotionPolicy?.auto === true;
  if (decision.type === 'advance' && mayPush) {
    const move = request.pushOnly ? advance : push;
    return { ...(await move(options, gathered, { decision, promotion, by })), ...besides(choice) };
  }
  await recordStatus(options.home, promotion, statusOf(decision));
  return { ...reportOf(gathered, decision), ...besides(choice) };
}

/** What a report says of the revisions beside the one that it is about. */
function besides({ retryAt, passedOver }: Choice): Pick<PromotionReport, 'retryAt' | 'passedOver'> {
  if (passedOver === undefined) return retryAt === undefined ? {} : { retryAt: rfc3339(retryAt) };
  const { gathered, decision } = passedOver;
  return {
    passedOver: { commit: formatCommit(gathered.revision), reason: statusOf(decision).message ?? '' },
  };
}

/** The Promotion of the revision, with who asked for it and which rejections may come again. */
async function recordRequest(
  { home, clock }: PromoteOptions,
  { promotion, source, target, revision }: Gathered,
  by: string,
  again: readonly string[],
): Promise<Promotion> {
  const { delivery, environment: to } = target.spec;
  const from = source.spec.environment;
  const spec = { delivery, from, to, revision: revision.oid, tree: revision.tree, requestedBy: by };
  const ensured = await ensurePromotion(home, promotion, spec);
  return recordAgain(home, ensured, { by, at: rfc3339(clock.now()), commits: again });
}

/** A branch that turns out to take no push gets a pull request, where there is a forge. */
async function push(
  options: PromoteOptions,
  gathered: Gathered,
  how: { decision: Extract<Decision, { type: 'advance' }>; promotion: Promotion; by: string },
): Promise<PromotionReport> {
  try {
    return await advance(options, gathered, how);
  } catch (error) {
    const forge = isPushRefused(error) ? await options.forge(gathered.target.spec.delivery) : undefined;
    if (!forge || gathered.tip === null) throw error;
    return propose(options, gathered, { ...how, forge });
  }
}

/** Every gate is open: merges, and pushes the merge commit to the branch of the target. */
async function advance(
  options: PromoteOptions,
  gathered: Gathered,
  how: { decision: Extract<Decision, { type: 'advance' }>; promotion: Promotion; by: string },
): Promise<PromotionReport> {
  const { decision, promotion, by } = how;
  const { gates } = decision;
  const { delivery, environment: to, branch } = gathered.target.spec;
  const mergeCommit = await merge(options, gathered, by);
  // Recorded before the push: sync asks whether what it finds on the branch has passed its gates.
  const moved = { gates, mergeCommit, ...standingBefore(gathered) };
  const intent = { phase: 'Pending', message: 'Every gate is open.', ...moved } as const;
  const recorded = await recordStatus(options.home, promotion, intent);
  await publish(options, gathered, mergeCommit, by);
  const mergedAt = rfc3339(options.clock.now());
  const message = gathered.by === 'merge' ? `Merged into ${branch}.` : `${branch} was fast-forwarded to it.`;
  const merged = { phase: 'Merged', message, ...moved, mergedAt } as const;
  await recordStatus(options.home, recorded, merged);
  options.logger.info({ delivery, to, revision: gathered.revision.oid, mergeCommit, by }, 'promoted');
  const arrived = await arrival(options, gathered);
  return { ...reportOf(gathered, decision), ...arrived, outcome: 'Promoted', mergeCommit };
}

/** What a failure is compared with: how the target was doing at what its branch was at. */
function standingBefore({ base, target: { status } }: Gathered): Pick<Status, 'before'> {
  if (base === null) return {};
  const isThere = status?.deployedRevision === base && status.sync === 'Synced';
  return { before: { revision: base, health: isThere ? status.health : 'Unknown' } };
}

/** Deleting the branch of an environment stops it; only a person starts it again. */
const branchGone = ({ target: { spec } }: Gathered): Problem => ({
  reason: 'BranchMissing',
  message: `The branch ${spec.branch} was deleted, and is not restored unless a person asks for it.`,
  remedy: `pilotage promote ${spec.delivery}/${spec.environment}`,
});

/** Restores a deleted branch to where the target was; nothing is merged, because the target has the tree already. */
async function restoreBranch(
  options: PromoteOptions,
  gathered: Gathered,
  by: string,
): Promise<PromotionReport> {
  const report = reportOf(gathered, { type: 'upToDate' });
  if (gathered.base === null) return report;
  await publish(options, gathered, gathered.base, by);
  return { ...report, ...(await arrival(options, gathered)), outcome: 'Restored' };
}

/** Where something stops the target, what was pushed is not deployed: the answer says so. */
async function arrival({ home }: PromoteOptions, { target }: Gathered): Promise<Partial<PromotionReport>> {
  const { spec, status } = await environmentOf(home, target.spec.delivery, target.spec.environment);
  const stopped = status?.conditions?.find(
    ({ type, status }) => (type === 'Held' || type === 'Frozen') && status === 'True',
  );
  if (!stopped) return {};
  const message = `${spec.delivery}/${spec.environment} does not follow: ${stopped.message ?? stopped.type}`;
  return { problems: [{ reason: stopped.reason ?? stopped.type, message }] };
}

/** Closes a promotion that waited and then arrived another way: a person merged or squashed it. */
async function recordLanding(options: PromoteOptions, { promotion, tip, target }: Gathered): Promise<void> {
  const phase = promotion?.status?.phase;
  if (!promotion || tip === null || phase === 'Merged' || phase === 'Superseded') return;
  const { mergeCommit, before } = promotion.status ?? {};
  await recordStatus(options.home, promotion, {
    phase: 'Merged',
    message: `${target.spec.branch} carries its tree already.`,
    ...(mergeCommit ? { mergeCommit } : {}),
    ...(before ? { before } : {}),
    mergedAt: rfc3339(options.clock.now()),
  });
}

async function merge(options: PromoteOptions, gathered: Gathered, by: string): Promise<string> {
  const { repository, revision, base, target, source } = gathered;
  if (gathered.by === 'fast-forward') return revision.oid;
  const { environment } = target.spec;
  const from = source.spec.environment;
  const message = [
    `Promote ${from} to ${environment}: ${revision.message.split('\n', 1)[0]}`,
    '',
    `Requested-by: ${by}`,
  ].join('\n');
  const author = { ...options.author, at: options.clock.now() };
  return promotionCommit(repository, {
    environment: from,
    source: revision.oid,
    target: base ?? undefined,
    message,
    author,
  });
}

async function publish(
  options: PromoteOptions,
  { target, tip }: Gathered,
  oid: string,
  by: string,
): Promise<void> {
  const { delivery, environment, branch } = target.spec;
  if ((await options.publish({ delivery, branch, oid, expected: tip, by })) === 'pushed') return;
  throw new ProblemError({
    reason: 'TargetMoved',
    message: `Somebody pushed to ${branch} at the same moment; nothing was promoted.`,
    remedy: `Review what was pushed, then try again: pilotage promote ${delivery}/${environment}`,
  });
}
