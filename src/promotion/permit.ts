import type { Clock } from '../base/clock.ts';
import { ProblemError } from '../base/errors.ts';
import type { Repository } from '../git/types.ts';
import { environmentObjectName, promotionObjectName } from '../model/names.ts';
import type { Permission } from '../model/permission.ts';
import { type Environment, PILOTAGE_NAMESPACE, PROMOTIONS } from '../model/types.ts';
import { evaluateGates } from './gates.ts';
import { environmentOf, type GatherOptions, HISTORY_LIMIT, promotionOf } from './gather.ts';

export interface PermitOptions extends Pick<GatherOptions, 'home' | 'repository'> {
  readonly clock: Clock;
}

/**
 * The gates of a promotion hold for a merge or squash that a person made by hand as well: it stands on the branch already, but is
 * not deployed before they pass. What is no promotion (a hotfix, a revert) is the right of whoever may push there.
 */
export async function permit(
  options: PermitOptions,
  target: Environment,
  revision: string,
): Promise<Permission> {
  const { delivery, environment } = target.spec;
  const policy = target.status?.promotionPolicy;
  const repository = await options.repository(delivery);
  if (!policy || !repository || (await isOurs(options, target, revision))) return { type: 'allowed' };
  const waits = `${revision.slice(0, 7)} waits on its branch for the gates of ${environment}.`;
  const from = `${delivery}/${policy.from}`;
  const source = await environmentOf(options.home, delivery, policy.from).catch(absent);
  if (!source) return { type: 'held', message: `${waits} There is no ${from} yet.` };
  const promoted = await sourceCommit(repository, revision, source);
  if (promoted === undefined) {
    const note = `${revision.slice(0, 7)} was pushed here directly: ${from} has not tested it`;
    return { type: 'allowed', note };
  }
  const runs = source.status?.deployedRevision;
  if (runs !== undefined && runs !== promoted && (await repository.isAncestor(promoted, runs))) {
    const remedy = `pilotage promote ${delivery}/${environment}`;
    return {
      type: 'held',
      message: `${waits} ${from} runs ${runs.slice(0, 7)} by now; to bring that: ${remedy}`,
    };
  }
  const name = promotionObjectName(delivery, environment, promoted);
  const { author } = await repository.commit(promoted);
  const facts = {
    source: from,
    status: source.status,
    revision: promoted,
    authors: [author.name, author.email],
    approvals: (await promotionOf(options.home, name))?.spec.approvals ?? [],
  };
  const closed = evaluateGates(policy, facts, options.clock.now()).filter(({ state }) => state !== 'Passed');
  if (closed.length === 0) return { type: 'allowed' };
  const reasons = closed.map(({ gate, reason }) => `${gate}: ${reason}`).join(' ');
  return { type: 'held', message: `${waits} ${reasons}` };
}

/** A promotion of ours passed its gates before it was pushed. */
async function isOurs({ home }: PermitOptions, { spec }: Environment, revision: string): Promise<boolean> {
  const { items } = await home.list(PROMOTIONS, { namespace: PILOTAGE_NAMESPACE });
  const target = environmentObjectName(spec.delivery, spec.environment);
  return items.some(
    (promotion) =>
      environmentObjectName(promotion.spec.delivery, promotion.spec.to) === target &&
      promotion.status?.mergeCommit === revision,
  );
}

/** The commit of the source whose tree a revision brings; undefined where it brings none, or one that its branch had before. */
async function sourceCommit(
  repository: Repository,
  revision: string,
  { spec, status }: Environment,
): Promise<string | undefined> {
  const [tip, ...before] = await repository.log(revision, { limit: HISTORY_LIMIT });
  if (!tip || before.some(({ tree }) => tree === tip.tree)) return undefined;
  // The branch rather than what is deployed: what both have at once has not been tested yet, and is a promotion all the same.
  const from = (await repository.branches())[spec.branch] ?? status?.wantedRevision;
  if (from === undefined) return undefined;
  const tested = await repository.log(from, { limit: HISTORY_LIMIT, allParents: true });
  return tested.find(({ tree }) => tree === tip.tree)?.oid;
}

function absent(error: unknown): undefined {
  if (error instanceof ProblemError && error.problem.reason === 'NotFound') return undefined;
  throw error;
}
