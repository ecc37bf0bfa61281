import { rfc3339 } from '../../base/clock.ts';
import { type Problem, ProblemError } from '../../base/errors.ts';
import type { Forge, ForgeAnswer, PullRequest } from '../../forge/forge.ts';
import { PROMOTES, withTrailers } from '../../git/objects/trailers.ts';
import type { PromotionReport } from '../../model/faces.ts';
import type { Promotion } from '../../model/types.ts';
import type { Decision } from '../decide/decide.ts';
import type { Gathered } from '../decide/facts.ts';
import { nextStep, type Proposal, proposalBranch, proposalText } from '../decide/proposal.ts';
import type { PromoteOptions } from '../options.ts';
import { promotionsTo } from '../record/lookup.ts';
import { recordRejection, recordStatus } from '../record/promotion.ts';
import { reportOf, statusOf } from './report.ts';

const LOOKS_SOON_MS = 5_000;

/** A promotion that is to be brought by a pull request. */
interface Proposing {
  readonly decision: Decision;
  readonly promotion: Promotion;
  readonly by: string;
  readonly forge: Forge;
}

/**
 * The forge, where a pull request is how the promotion goes on: the policy says so, one is open already, or every gate is open and the branch
 * is protected. @throws ProblemError ForgeMissing where the policy asks for what there is not
 */
export async function proposalFor(
  options: PromoteOptions,
  { target, tip, promotion }: Gathered,
  decision: Decision,
): Promise<{ readonly forge: Forge } | undefined> {
  // Nothing can be merged into a branch that does not exist: the first promotion makes it.
  if (decision.type === 'upToDate' || tip === null) return undefined;
  const { delivery, environment, branch } = target.spec;
  const isAsked = target.status?.promotionPolicy?.by === 'pull-request';
  const isOpen = openPullRequest(promotion) !== undefined;
  if (!isAsked && !isOpen && decision.type !== 'advance') return undefined;
  const forge = await options.forge(delivery);
  if (isAsked && !forge) throw new ProblemError(noForge(delivery, environment));
  if (!forge || isAsked || isOpen) return forge && { forge };
  return (await isProtectedAt(forge, branch)) ? { forge } : undefined;
}

/** The pull request that brings a promotion, as it was recorded. */
export function openPullRequest(promotion: Promotion | undefined): Recorded | undefined {
  const { pullRequest } = promotion?.status ?? {};
  return pullRequest?.closed ? undefined : pullRequest;
}

type Recorded = NonNullable<NonNullable<Promotion['status']>['pullRequest']>;

/** Where the forge says nothing, the push finds out. */
export async function isProtectedAt(forge: Forge, branch: string): Promise<boolean> {
  const rules = await forge.branchRules(branch);
  return rules.ok && rules.value.isProtected;
}

const noForge = (delivery: string, environment: string): Problem => ({
  reason: 'ForgeMissing',
  message: `${delivery}/${environment} is promoted by pull request, and it is not known where: ${delivery} has no forge, or no token for it.`,
  remedy: `pilotage connect ${delivery} --forge gitea=https://… --forge-token-file FILE; or leave out \`by: pull-request\``,
});

/** A branch that takes no push of ours: protected, or the credentials only read. */
export const isPushRefused = (error: unknown): boolean =>
  error instanceof ProblemError && ['PushRefused', 'AuthenticationFailed'].includes(error.problem.reason);

/** Opens the pull request of a target, or brings it up to date, or merges it. There is one at a time. */
export async function propose(
  options: PromoteOptions,
  gathered: Gathered,
  how: Proposing,
): Promise<PromotionReport> {
  const { decision, forge } = how;
  const { target, source } = gathered;
  const { branch } = target.spec;
  // Said in the pull request that is there already; of what is wrong, none is opened.
  const known = openPullRequest(how.promotion);
  const isRefused = decision.type === 'refuse';
  if (isRefused && !known) return recordDecision(options, gathered, how);
  const before = known ? undefined : await proposedBefore(options, gathered, how);
  if (before?.pull.state === 'closed')
    return rejected(options, gathered, { ...how, promotion: before.promotion }, before.pull.number);
  const found = known
    ? await asked(forge.pullRequests.get(known.number))
    : before?.pull.state === 'open'
      ? before.pull
      : await foundFor(forge, [proposalBranch(target.spec.environment), source.spec.branch], branch);
  // One that has ended needs no commit, and no text.
  const isOver = found !== undefined && found.state !== 'open' && known?.number === found.number;
  const head = isOver ? { oid: known.head, branch: '' } : await headFor(options, gathered, how);
  const text = proposalText({
    source: gathered.facts.source,
    target: gathered.facts.target,
    branch,
    revision: gathered.revision.oid,
    commits: reportOf(gathered, decision).commits,
    gates: decision.type === 'upToDate' ? [] : decision.gates,
    problems: isRefused ? decision.problems.map(({ message }) => message) : [],
    outline: isOver ? [] : await options.outline(target, gathered.revision.oid),
    auto: target.status?.promotionPolicy?.auto === true,
    ...(head.branch === source.spec.branch ? { insteadFrom: head.branch } : {}),
  });
  const usable = found && !isOver && found.head.branch !== head.branch ? undefined : found;
  const mayMerge = decision.type === 'advance' && target.status?.promotionPolicy?.auto === true;
  // The forge works out whether it may be merged, which takes it a moment.
  const soon = mayMerge ? { retryAt: rfc3339(options.clock.now() + LOOKS_SOON_MS) } : {};
  const step = nextStep({ found: usable, recorded: known, head: head.oid, says: text.says, mayMerge });
  switch (step.type) {
    case 'open': {
      const made = await asked(forge.pullRequests.create({ from: head.branch, into: branch, ...text }));
      options.logger.info({ target: gathered.facts.target, pullRequest: made.url }, 'proposed');
      const message = `Pull request ${made.number} was opened: ${made.url}`;
      return { ...(await said(options, gathered, how, made, head.oid, text, message)), ...soon };
    }
    case 'update': {
      const made = await asked(forge.pullRequests.update(step.number, text));
      const message = `Pull request ${made.number} is open: ${made.url}`;
      return { ...(await said(options, gathered, how, made, head.oid, text, message)), ...soon };
    }
    case 'merge': {
      const merged = await forge.pullRequests.merge(step.number, head.oid);
      if (!merged.ok) {
        const { reason, message } = merged.problem;
        // Reviews that are missing, say: a matter of the next look, not of ours.
        if (reason !== 'NotYet' && reason !== 'Refused') throw new ProblemError(merged.problem);
        const waits = `${waitingText(decision, usable)} ${message}`;
        return said(options, gathered, how, usable, head.oid, text, waits);
      }
      await options.look(target.spec.delivery);
      const message = `Pull request ${step.number} was merged.`;
      return said(options, gathered, how, usable, head.oid, text, message, 'Promoted');
    }
    case 'reject':
      return rejected(options, gathered, how, step.number);
    case 'arriving':
      await options.look(target.spec.delivery);
      return said(
        options,
        gathered,
        how,
        usable,
        head.oid,
        text,
        `Pull request ${step.number} is merged; ${branch} is asked for.`,
      );
    case 'leave':
      return said(options, gathered, how, usable, head.oid, text, waitingText(decision, usable));
  }
}

function waitingText(decision: Decision, pull: PullRequest | undefined): string {
  const at = `Pull request ${pull?.number ?? ''} is open: ${pull?.url ?? ''}`;
  if (decision.type !== 'advance') return [at, statusOf(decision).message].filter(Boolean).join(' ');
  return pull?.mergeable === 'no' ? `${at} The forge does not let it be merged yet.` : at;
}

/** What became of the pull request of an earlier revision, which nobody has looked at since. */
async function proposedBefore(
  options: PromoteOptions,
  { target, revision }: Gathered,
  { forge }: Proposing,
): Promise<{ readonly promotion: Promotion; readonly pull: PullRequest } | undefined> {
  const recorded = (await promotionsTo(options, target)).flatMap((promotion) => {
    const { pullRequest } = promotion.status ?? {};
    return pullRequest ? [{ promotion, ...pullRequest }] : [];
  });
  const told = new Set(recorded.filter(({ closed }) => closed).map(({ number }) => number));
  const open = recorded.filter(
    ({ promotion: { spec, status }, number }) =>
      spec.revision !== revision.oid && status?.phase !== 'Merged' && !told.has(number),
  );
  if (open.length === 0) return undefined;
  const number = Math.max(...open.map((one) => one.number));
  const pull = await asked(forge.pullRequests.get(number));
  const carried = open.filter((one) => one.number === number);
  const { promotion } = carried.find(({ head }) => head === pull.head.revision) ?? carried[0] ?? {};
  return promotion && { promotion, pull };
}

/** Open ones first, whichever branch they come from. */
async function foundFor(
  forge: Forge,
  branches: readonly string[],
  into: string,
): Promise<PullRequest | undefined> {
  for (const from of branches) {
    const [first] = await asked(forge.pullRequests.between(from, into));
    if (first?.state === 'open') return first;
  }
  return undefined;
}

/** @throws ProblemError */
async function asked<T>(answer: Promise<ForgeAnswer<T>>): Promise<T> {
  const found = await answer;
  if (found.ok) return found.value;
  throw new ProblemError(found.problem);
}

interface Head {
  readonly oid: string;
  readonly branch: string;
}

/** The commit that is to be merged, pushed to the branch of proposals; the source's own branch where no branch may be pushed. */
async function headFor(options: PromoteOptions, gathered: Gathered, { by }: Proposing): Promise<Head> {
  const { repository, target, source, revision } = gathered;
  const branch = proposalBranch(target.spec.environment);
  const branches = await repository.branches();
  const before = branches[branch] ?? null;
  if (before !== null && (await bringsIt(gathered, before))) return { oid: before, branch };
  const oid = await proposed(options, gathered, before, by);
  try {
    const { delivery } = target.spec;
    const outcome = await options.publish({ delivery, branch, oid, expected: before, by });
    if (outcome === 'pushed') return { oid, branch };
  } catch (error) {
    if (!isPushRefused(error)) throw error;
    if (branches[source.spec.branch] === undefined) throw error;
    // Not the tip: where that has moved on, what is there by now has passed no gate, and is not merged by us.
    return { oid: revision.oid, branch: source.spec.branch };
  }
  throw new ProblemError({
    reason: 'TargetMoved',
    message: `Somebody pushed to ${branch} at the same moment.`,
    remedy: `It is tried again within a minute; ${branch} belongs to Pilotage.`,
  });
}

/** Whether the branch of proposals brings this revision, on top of what the target is at. */
async function bringsIt({ repository, revision, base }: Gathered, head: string): Promise<boolean> {
  const { tree, parents } = await repository.commit(head);
  if (tree !== revision.tree || !parents.includes(revision.oid)) return false;
  return base !== null && head !== base && (await repository.isAncestor(base, head));
}

/**
 * On top of the target and of what was proposed last, so that the branch is never forced: an update of the one pull request, not another.
 */
async function proposed(
  { author, clock }: PromoteOptions,
  { repository, revision, base, source, target }: Gathered,
  before: string | null,
  by: string,
): Promise<string> {
  const from = source.spec.environment;
  const subject = revision.message.split('\n', 1)[0];
  const isIn = async (one: string, other: string): Promise<boolean> => repository.isAncestor(one, other);
  const kept = [
    ...(base !== null && !(before !== null && (await isIn(base, before))) ? [base] : []),
    ...(before !== null && !(base !== null && (await isIn(before, base))) ? [before] : []),
  ];
  const signature = { ...author, at: clock.now() };
  return repository.commitTree({
    tree: revision.tree,
    parents: [...kept.filter((oid) => oid !== revision.oid), revision.oid],
    message: withTrailers(
      `Promote ${from} to ${target.spec.environment}: ${subject}\n\nRequested-by: ${by}`,
      [{ token: PROMOTES, value: `${from}@${revision.oid}` }],
    ),
    author: signature,
  });
}

async function recordDecision(
  options: PromoteOptions,
  gathered: Gathered,
  { decision, promotion }: Proposing,
): Promise<PromotionReport> {
  await recordStatus(options.home, promotion, statusOf(decision));
  return reportOf(gathered, decision);
}

async function said(
  options: PromoteOptions,
  gathered: Gathered,
  { decision, promotion }: Proposing,
  pull: PullRequest | undefined,
  head: string,
  { says }: Proposal,
  message: string,
  outcome: 'Proposed' | 'Promoted' = 'Proposed',
): Promise<PromotionReport> {
  if (!pull) throw new Error('a step without its pull request');
  const { number, url } = pull;
  const status = statusOf(decision);
  await recordStatus(options.home, promotion, {
    ...status,
    message,
    pullRequest: { number, url, head, says },
  });
  const report = reportOf(gathered, decision);
  return {
    ...report,
    outcome: decision.type === 'refuse' ? 'Refused' : outcome,
    pullRequest: { number, url },
  };
}

/** Closed by hand: as if that person had said so here. */
async function rejected(
  options: PromoteOptions,
  gathered: Gathered,
  { promotion, forge, decision }: Proposing,
  number: number,
): Promise<PromotionReport> {
  const { base, facts } = gathered;
  const reason = `its pull request ${number} was closed at ${forge.at}`;
  const word = { by: `somebody at ${forge.kind}`, at: rfc3339(options.clock.now()), reason };
  const recorded = await recordRejection(options.home, promotion, {
    ...word,
    ...(base === null ? {} : { base }),
  });
  const { pullRequest } = promotion.status ?? {};
  const message = `Rejected: ${reason}.`;
  const gates = decision.type === 'upToDate' ? [] : decision.gates;
  await recordStatus(options.home, recorded, {
    phase: 'Refused',
    gates,
    message,
    ...(pullRequest ? { pullRequest: { ...pullRequest, closed: true } } : {}),
  });
  const remedy = `If it is to come after all: pilotage reject ${facts.target} --off`;
  options.logger.info({ target: facts.target, pullRequest: number }, 'rejected at the forge');
  return {
    ...reportOf(gathered, {
      type: 'refuse',
      gates,
      problems: [{ reason: 'RejectedByPerson', message, remedy }],
    }),
    ...(pullRequest ? { pullRequest: { number, url: pullRequest.url } } : {}),
  };
}
