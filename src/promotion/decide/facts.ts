import { type Problem, ProblemError } from '../../base/errors.ts';
import { promotedFrom } from '../../git/objects/trailers.ts';
import type { Commit, Repository } from '../../git/types.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import { notFoundAsUndefined } from '../../kube/values/status.ts';
import { environmentObjectName, promotionObjectName } from '../../model/names.ts';
import {
  ENVIRONMENTS,
  type Environment,
  PILOTAGE_NAMESPACE,
  PROMOTIONS,
  type Promotion,
} from '../../model/types.ts';
import { broughtBack } from '../history/backported.ts';
import { approvalFacts } from '../history/gained.ts';
import { type Lineage, type LineageInput, lineageOf } from '../history/lineage.ts';
import { type Rejection, recordedRejections, rejectionsIn, undoneBy } from '../history/rejection.ts';
import { passedRoundBy } from './bypass.ts';
import type { PipelineFacts } from './decide.ts';

/** How far back a branch is searched for the last promotion. Beyond that a target counts as diverged, which refuses rather than loses. */
export const HISTORY_LIMIT = 2000;

export interface GatherOptions {
  readonly home: KubeClient;
  readonly repository: (delivery: string) => Promise<Repository | undefined>;
  /** Renders and plans an environment as if `revision` were wanted; what it finds wrong. */
  readonly rehearse: (environment: Environment, revision: string) => Promise<readonly Problem[]>;
}

export interface Gathered {
  readonly facts: PipelineFacts;
  readonly target: Environment;
  readonly source: Environment;
  readonly repository: Repository;
  readonly revision: Commit;
  /** Tip of the target's branch, null while it does not exist. */
  readonly tip: string | null;
  /** What a promotion goes on from: the tip, or the last one of a branch that is gone; null before the first promotion. */
  readonly base: string | null;
  /** What was taken back on the branch of the target, whether or not it concerns this revision. */
  readonly rejections: readonly Rejection[];
  readonly promotion: Promotion | undefined;
}

/** Everything that `decide` needs to know about a promotion to `delivery/to`. Rejects with ProblemError when there is none to speak of. */
export async function gather(options: GatherOptions, delivery: string, to: string): Promise<Gathered> {
  const target = await environmentOf(options.home, delivery, to);
  const policy = target.status?.promotionPolicy;
  if (!policy) throw new ProblemError(noPolicy(delivery, to, target.spec.branch));
  const source = await environmentOf(options.home, delivery, policy.from);
  const repository = await options.repository(delivery);
  if (!repository)
    throw new ProblemError({ reason: 'NotFound', message: `The repository of ${delivery} is not here yet.` });
  const wanted = source.status?.deployedRevision ?? source.status?.wantedRevision;
  if (!wanted) {
    throw new ProblemError({
      reason: 'NothingToPromote',
      message: `Nothing is deployed in ${delivery}/${policy.from} yet.`,
      remedy: source.status?.promotionPolicy
        ? `pilotage promote ${delivery}/${policy.from}`
        : `Push to its branch ${source.spec.branch} first.`,
    });
  }
  const [first, ...older] = await repository.log(wanted, { limit: HISTORY_LIMIT, allParents: true });
  if (!first) throw new Error(`the log of ${wanted} is empty`);
  const tip = (await repository.branches())[target.spec.branch] ?? null;
  const base = tip ?? (await lastTip(repository, target));
  const targetLog = base === null ? [] : await repository.log(base, { limit: HISTORY_LIMIT });
  const input = { target: targetLog, source: [first, ...older] as const, promotedBy: promotedRevision };
  const lineage = await withAncestry(repository, first.oid, await withContent(repository, input));
  const promotion = await promotionOf(options.home, promotionObjectName(delivery, to, wanted));
  const rehearsal = lineage.type === 'level' ? [] : await options.rehearse(target, wanted);
  const rejections = await rejectionsOf(options.home, target, targetLog, [first, ...older]);
  const undone =
    base === null ? [] : await undoneBy(repository, rejections, { candidate: wanted, tip: base });
  const again = new Set(promotion?.spec.again?.commits ?? []);
  const { pin } = target.spec;
  const { items } = await options.home.list(ENVIRONMENTS, { namespace: PILOTAGE_NAMESPACE });
  const held = target.status?.conditions?.find(({ type, status }) => type === 'Held' && status === 'True');
  const facts: PipelineFacts = {
    source: `${delivery}/${policy.from}`,
    target: `${delivery}/${to}`,
    targetBranch: target.spec.branch,
    status: source.status,
    revision: wanted,
    ...(await approvalFacts(repository, target, [wanted], promotion?.spec.approvals)),
    policy,
    lineage,
    rehearsal,
    passesRound: passedRoundBy(target, items).map(({ spec }) => `${spec.delivery}/${spec.environment}`),
    rejections: await Promise.all(
      undone
        .filter(({ commit }) => !again.has(commit))
        .map(async ({ revision, commit }) => ({ revision, commit: await repository.commit(commit) })),
    ),
    ...(held ? { targetHeld: held.message ?? '' } : {}),
    ...(pin ? { targetPin: pin } : {}),
  };
  return { facts, target, source, repository, revision: first, tip, base, rejections, promotion };
}

const promotedRevision = ({ message }: Commit): string | undefined => promotedFrom(message)?.revision;

/** Direct commits are asked for by their content only where trees do not tell. */
async function withContent(repository: Repository, input: LineageInput): Promise<Lineage> {
  const lineage = lineageOf(input);
  if (lineage.type !== 'diverged' || !lineage.landed) return lineage;
  const { landed, foreign } = lineage;
  const [{ oid }] = input.source;
  const known = input.source.find(({ tree }) => tree === landed.tree)?.oid ?? input.promotedBy(landed);
  const exclude = known !== undefined && (await repository.resolve(known)) !== undefined ? [known] : [];
  const source = await repository.log(oid, { limit: HISTORY_LIMIT, exclude });
  return lineageOf({ ...input, broughtBack: await broughtBack(repository, { foreign, landed, source }) });
}

/** A branch that was deleted is brought back from where it was, so that what is deployed stays reachable from it. */
async function lastTip(repository: Repository, { status }: Environment): Promise<string | null> {
  const last = status?.wantedRevision;
  return last !== undefined && (await repository.resolve(last)) !== undefined ? last : null;
}

/** Read from the history of the branch, and from what was written down of one that is gone. */
export async function rejectionsOf(
  home: KubeClient,
  environment: Environment,
  target: readonly Commit[],
  source: readonly Commit[],
): Promise<readonly Rejection[]> {
  const recorded = recordedRejections(await promotionsTo(home, environment));
  const all = [...rejectionsIn({ target, source }), ...recorded];
  return all.filter(
    ({ revision, commit }, at) =>
      at === all.findIndex((other) => other.revision === revision && other.commit === commit),
  );
}

/** A source that was taken back (a rollback, a pin) has not seen what it left: promoting it would take the target back too. */
async function withAncestry(repository: Repository, source: string, lineage: Lineage): Promise<Lineage> {
  if (lineage.type !== 'behind' || lineage.promoted === undefined) return lineage;
  const { promoted } = lineage;
  const known = (await repository.resolve(promoted)) !== undefined;
  return known && (await repository.isAncestor(source, promoted)) ? { type: 'ahead', promoted } : lineage;
}

/** The promotions to an environment, of whatever revision. */
export async function promotionsTo(home: KubeClient, { spec }: Environment): Promise<readonly Promotion[]> {
  const { items } = await home.list(PROMOTIONS, { namespace: PILOTAGE_NAMESPACE });
  return items.filter((one) => one.spec.delivery === spec.delivery && one.spec.to === spec.environment);
}

export const promotionOf = (home: KubeClient, name: string): Promise<Promotion | undefined> =>
  home.get(PROMOTIONS, { namespace: PILOTAGE_NAMESPACE, name }).catch(notFoundAsUndefined);

/** Its tree may stand on the branch of the target and still wait there for its gates: somebody merged by hand. */
export const isDeployed = ({ target, revision }: Pick<Gathered, 'target' | 'revision'>): boolean =>
  target.status?.deployedTree === revision.tree;

export const lookUpEnvironment = (
  home: KubeClient,
  delivery: string,
  environment: string,
): Promise<Environment | undefined> =>
  home
    .get(ENVIRONMENTS, {
      namespace: PILOTAGE_NAMESPACE,
      name: environmentObjectName(delivery, environment),
    })
    .catch(notFoundAsUndefined);

export async function environmentOf(
  home: KubeClient,
  delivery: string,
  environment: string,
): Promise<Environment> {
  const found = await lookUpEnvironment(home, delivery, environment);
  if (found) return found;
  throw new ProblemError({
    reason: 'NotFound',
    message: `There is no environment ${delivery}/${environment}.`,
    remedy:
      '`pilotage status` lists the environments that exist; they are defined by pilotage.yaml on the default branch.',
  });
}

function noPolicy(delivery: string, to: string, branch: string): Problem {
  return {
    reason: 'NoPromotion',
    message: `No promotion leads to ${delivery}/${to}: it deploys what is pushed to its branch ${branch}.`,
    remedy: `Say where it comes from in pilotage.yaml: \`promotion: {from: …}\` under the environment ${to}.`,
  };
}
