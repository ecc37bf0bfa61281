import { type Problem, ProblemError } from '../../base/errors.ts';
import type { Commit, Repository } from '../../git/types.ts';
import { promotionObjectName } from '../../model/names.ts';
import { suspensionText } from '../../model/suspension.ts';
import {
  ENVIRONMENTS,
  type Environment,
  PILOTAGE_NAMESPACE,
  type Promotion,
  type PromotionPolicy,
} from '../../model/types.ts';
import { gateFacts } from '../facts/gatefacts.ts';
import type { Candidate } from '../history/candidates.ts';
import { HISTORY_LIMIT } from '../history/commits.ts';
import { approvalFacts } from '../history/gained.ts';
import { readLineage } from '../history/readlineage.ts';
import { type Rejection, undoneBy } from '../history/rejection.ts';
import type { FactOptions } from '../options.ts';
import { otherSources } from '../record/fanin.ts';
import { environmentOf, promotionOf } from '../record/lookup.ts';
import { wordsAgainst } from '../record/rejected.ts';
import { rejectionsOf } from '../record/reverts.ts';
import { bypassedBy } from './bypass.ts';
import type { PromotionFacts } from './decide.ts';
import { wayTo } from './fastforward.ts';

/** The facts of a promotion, and what acting on the decision needs beside them. */
export interface Gathered {
  readonly facts: PromotionFacts;
  readonly target: Environment;
  readonly source: Environment;
  readonly repository: Repository;
  readonly revision: Commit;
  /** Tip of the target's branch, null while it does not exist. */
  readonly tip: string | null;
  /** What a promotion builds on: the tip, or the last one of a branch that is gone; null before the first promotion. */
  readonly base: string | null;
  readonly promotion: Promotion | undefined;
  /** How the branch of the target moves. */
  readonly by: 'merge' | 'fast-forward';
}

/** What a promotion is about, where it is not what the first source runs. */
export interface Asked {
  /** Another source. */
  readonly from?: string;
  /** What the source has left behind. */
  readonly candidate?: Candidate;
}

/**
 * Everything that `decide` needs to know about a promotion to `delivery/to`, of what the source runs or of an earlier candidate.
 * @throws ProblemError when there is nothing to promote.
 */
export async function gatherFacts(
  options: FactOptions,
  delivery: string,
  to: string,
  asked: Asked = {},
): Promise<Gathered> {
  const { policy, target, source, repository, wanted } = await partiesOf(options, delivery, to, asked);
  const [revision, ...older] = await repository.log(wanted, { limit: HISTORY_LIMIT, allParents: true });
  if (!revision) throw new Error(`the log of ${wanted} is empty`);
  const sourceLog = [revision, ...older] as const;
  const tip = (await repository.branches())[target.spec.branch] ?? null;
  const base = tip ?? (await lastTip(repository, target));
  const targetLog = base === null ? [] : await repository.log(base, { limit: HISTORY_LIMIT });
  const lineage = await readLineage(repository, targetLog, sourceLog);
  const promotion = await promotionOf(options.home, promotionObjectName(delivery, to, wanted));
  const way = await wayTo(options.home, target, repository, { base, revision: wanted, sourceLog });
  const parties = { target, source, repository, revision, tip, base, promotion, by: way.by };
  const facts: PromotionFacts = {
    ...recordedFacts(target, source, policy),
    ...suspendedFact(options, target),
    revision: wanted,
    ...(await gateFacts(options, { target, source, revision: wanted, promotion })),
    ...(await approvalFacts(repository, target, [wanted], promotion?.spec.approvals)),
    lineage,
    others: await otherSources(options, target, repository, { source: source.spec.environment, revision }),
    inTheWay: way.inTheWay,
    ...(lineage.type === 'level' ? NO_OBSTACLES : await obstaclesTo(options, parties, targetLog, sourceLog)),
  };
  return { facts, ...parties };
}

type Obstacles = Pick<PromotionFacts, 'rehearsal' | 'bypasses' | 'rejections' | 'words'>;

/** Where nothing is to be promoted, nothing is in its way; most decisions are of this kind, so they look for nothing. */
const NO_OBSTACLES: Obstacles = { rehearsal: [], bypasses: [], rejections: [], words: [] };

/** What stands in the way of a promotion beside its gates; the logs of both branches are newest first. */
async function obstaclesTo(
  options: FactOptions,
  { target, repository, revision, base, promotion }: Omit<Gathered, 'facts'>,
  targetLog: readonly Commit[],
  sourceLog: readonly Commit[],
): Promise<Obstacles> {
  const rejections = await rejectionsOf(options, target, targetLog, sourceLog);
  const undone =
    base === null ? [] : await undoneBy(repository, rejections, { candidate: revision.oid, tip: base });
  return {
    rehearsal: await options.rehearse(target, revision.oid),
    bypasses: await bypassesOf(options, target),
    rejections: await unconfirmed(repository, undone, promotion),
    words: await wordsAgainst(options, target, repository, { candidate: revision.oid, tip: base }),
  };
}

/** Who takes part, and the revision that would advance. */
async function partiesOf(
  { home, repository: repositoryOf }: FactOptions,
  delivery: string,
  to: string,
  { candidate, from }: Asked,
) {
  const target = await environmentOf(home, delivery, to);
  const policy = target.status?.promotionPolicy;
  if (!policy) throw new ProblemError(noPolicy(delivery, to, target.spec.branch));
  const runs = await environmentOf(home, delivery, from ?? policy.from);
  if (runs.spec.preview) throw new ProblemError(fromPreview(runs, target));
  const source = candidate ? { ...runs, status: candidate.status } : runs;
  const repository = await repositoryOf(delivery);
  if (!repository)
    throw new ProblemError({ reason: 'NotFound', message: `The repository of ${delivery} is not here yet.` });
  const wanted = source.status?.deployedRevision ?? source.status?.wantedRevision;
  if (!wanted) throw new ProblemError(nothingDeployed(source));
  return { policy, target, source, repository, wanted };
}

function suspendedFact(
  { suspensionOf }: FactOptions,
  target: Environment,
): Pick<PromotionFacts, 'targetSuspended'> {
  const suspension = suspensionOf?.(target);
  return suspension ? { targetSuspended: suspensionText(suspension, target) } : {};
}

/** What the objects of the two environments say. */
function recordedFacts({ spec, status }: Environment, source: Environment, policy: PromotionPolicy) {
  const held = status?.conditions?.find(({ type, status }) => type === 'Held' && status === 'True');
  return {
    source: `${spec.delivery}/${source.spec.environment}`,
    target: `${spec.delivery}/${spec.environment}`,
    targetBranch: spec.branch,
    status: source.status,
    policy,
    ...(held ? { targetHeld: held.message ?? '' } : {}),
    ...(spec.pin ? { targetPin: spec.pin } : {}),
  };
}

async function bypassesOf({ home }: FactOptions, target: Environment): Promise<readonly string[]> {
  const { items } = await home.list(ENVIRONMENTS, { namespace: PILOTAGE_NAMESPACE });
  return bypassedBy(target, items).map(({ spec }) => `${spec.delivery}/${spec.environment}`);
}

/** Rejections that nobody has confirmed for this revision (`pilotage promote --again`). */
function unconfirmed(
  repository: Repository,
  undone: readonly Rejection[],
  promotion: Promotion | undefined,
): Promise<PromotionFacts['rejections']> {
  const again = new Set(promotion?.spec.again?.commits ?? []);
  return Promise.all(
    undone
      .filter(({ commit }) => !again.has(commit))
      .map(async ({ revision, commit }) => ({ revision, commit: await repository.commit(commit) })),
  );
}

/** A deleted branch is restored from where it was, so that what is deployed stays reachable from it. */
async function lastTip(repository: Repository, { status }: Environment): Promise<string | null> {
  const last = status?.wantedRevision;
  return last !== undefined && (await repository.resolve(last)) !== undefined ? last : null;
}

/** The tree of a revision may be on the branch of the target and still wait there for its gates: somebody merged by hand. */
export const isDeployed = ({ target, revision }: Pick<Gathered, 'target' | 'revision'>): boolean =>
  target.status?.deployedTree === revision.tree;

const nothingDeployed = ({ spec, status }: Environment): Problem => ({
  reason: 'NothingToPromote',
  message: `Nothing is deployed in ${spec.delivery}/${spec.environment} yet.`,
  remedy: status?.promotionPolicy
    ? `pilotage promote ${spec.delivery}/${spec.environment}`
    : `Push to its branch ${spec.branch} first.`,
});

const fromPreview = ({ spec }: Environment, target: Environment): Problem => ({
  reason: 'PromotionFromPreview',
  message: `${spec.delivery}/${spec.environment} is a preview: nothing is promoted from it to ${target.spec.environment}.`,
  remedy: `Merge ${spec.branch}; promotions begin in an environment of pilotage.yaml.`,
});

const noPolicy = (delivery: string, to: string, branch: string): Problem => ({
  reason: 'NoPromotion',
  message: `No promotion leads to ${delivery}/${to}: it deploys what is pushed to its branch ${branch}.`,
  remedy: `Say where it comes from in pilotage.yaml: \`promotion: {from: …}\` under the environment ${to}.`,
});
