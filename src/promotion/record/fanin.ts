import type { Commit, Repository } from '../../git/types.ts';
import { sourcesOf } from '../../model/promotionsources.ts';
import type { Environment, EnvironmentStatus, GateState } from '../../model/types.ts';
import type { GateFacts } from '../gates/gate.ts';
import { evaluateGates } from '../gates/policy.ts';
import { earlierCandidates } from '../history/candidates.ts';
import type { PromotionSources } from '../options.ts';
import { lookUpEnvironment, releasesOf } from './lookup.ts';

/** How another source of a promotion stands for the revision that is promoted. */
export type OtherSource = Pick<GateFacts, 'source' | 'status'>;

/** Gates that every source has to pass by itself; the others are asked once, of the first source or of the target. */
const OF_EACH_SOURCE: ReadonlySet<string> = new Set(['healthy', 'soak']);

/**
 * The sources beside `source` that have to have passed a revision too, where the policy needs all of them. They have it by content: each has a
 * branch of its own, and with it a commit of its own. One that has left it behind stands for it as it would without what came since.
 */
export async function otherSources(
  options: PromotionSources,
  target: Environment,
  repository: Repository,
  { source, revision }: { readonly source: string; readonly revision: Commit },
): Promise<readonly OtherSource[]> {
  const policy = target.status?.promotionPolicy;
  const { delivery } = target.spec;
  // Who leaves environments out by a person's word asks none of them.
  if (!policy?.alsoFrom || policy.needs === 'any' || !sourcesOf(policy).includes(source)) return [];
  const names = sourcesOf(policy).filter((name) => name !== source);
  return Promise.all(
    names.map(async (name) => {
      const environment = await lookUpEnvironment(options.home, delivery, name);
      const status = environment && (await standingFor(options, repository, environment, revision));
      return { source: `${delivery}/${name}`, ...(status ? { status } : {}) };
    }),
  );
}

async function standingFor(
  options: PromotionSources,
  repository: Repository,
  environment: Environment,
  { oid, tree }: Commit,
): Promise<EnvironmentStatus | undefined> {
  const { status } = environment;
  const has = async (revision: string | undefined): Promise<boolean> =>
    revision !== undefined &&
    (await repository.resolve(revision)) !== undefined &&
    (await repository.commit(revision)).tree === tree;
  if (status && (await has(status.deployedRevision))) return { ...status, deployedRevision: oid };
  for (const candidate of earlierCandidates(environment, await releasesOf(options, environment)))
    if (await has(candidate.revision)) return { ...candidate.status, deployedRevision: oid };
  return status;
}

/** The gates that each other source has to pass, by their names with its own: `healthy (shop/qa-us)`. */
export const gatesOfOthers = (
  policy: Parameters<typeof evaluateGates>[0],
  facts: GateFacts,
  others: readonly OtherSource[],
  now: number,
): readonly GateState[] =>
  others.flatMap(({ source, status }) =>
    evaluateGates(policy, 'promotion', { ...facts, source, status }, now)
      .filter(({ gate }) => OF_EACH_SOURCE.has(gate))
      .map((state) => ({ ...state, gate: `${state.gate} (${source})` })),
  );
