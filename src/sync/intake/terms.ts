import { formatProblem, type Problem } from '../../base/errors.ts';
import { type Asked, clusterNotAllowed } from '../../model/environments.ts';
import { fullName } from '../../model/names.ts';
import { namespaceProblem } from '../../model/namespaces.ts';
import { PILOTAGE_FILE } from '../../model/pilotagefile.ts';
import { describeChange, differing, digestOf, type Term, taking, termsInForce } from '../../model/terms.ts';
import type { Delivery, Environment, Proposal, Terms } from '../../model/types.ts';
import { windowsAsStrict } from '../../model/windows.ts';
import { describePolicy, tightens } from '../../promotion/gates/policy.ts';
import type { ClaimedPlace, EnvironmentIndex } from '../state/environments.ts';

/** What a change of terms is judged by. */
export interface Situation {
  readonly environment: Environment;
  readonly delivery: Delivery;
  /** `shop/prod`: the environment that claims a namespace. */
  readonly claimant: EnvironmentIndex['claimant'];
}

const PLACE: readonly Term[] = ['namespace', 'cluster'];

/** Why an environment may not deliver to a place: its cluster and its namespace each need more than a file. */
export function placeProblem(
  {
    environment,
    delivery,
    claimant,
  }: Pick<Situation, 'delivery' | 'claimant'> & {
    readonly environment: {
      readonly spec: Pick<Environment['spec'], 'delivery' | 'environment' | 'preview'>;
    };
  },
  place: ClaimedPlace,
): Problem | undefined {
  const { delivery: name, environment: short, preview } = environment.spec;
  const { cluster, namespace } = place;
  const { clusters = [], namespaces: allowed = [] } = delivery.spec;
  if (cluster !== undefined && !clusters.includes(cluster)) return clusterNotAllowed(name, cluster);
  // The namespace of a preview is named by Pilotage, and no word opens it another.
  const namespaces = preview ? [namespace] : allowed;
  return namespaceProblem({ delivery: name, environment: short, namespace }, namespaces, claimant(place));
}

/** What was delivered to one cluster cannot be pruned from another: a person has to end the one before the other begins. */
function moveProblem({ spec, status }: Environment, { cluster }: ClaimedPlace): Problem | undefined {
  const left = status?.inventory?.length ?? 0;
  if (spec.cluster === cluster || left === 0) return undefined;
  return {
    reason: 'ClusterChanged',
    message: `${left} objects are still in cluster ${spec.cluster ?? '(built-in)'}`,
    remedy: 'Give the environment in the other cluster another name.',
  };
}

/** The terms in force with those of `names` that may be taken; a place that may not is refused whole. */
export function admit(
  situation: Situation,
  asked: Terms,
  names: readonly Term[],
): { readonly terms: Terms; readonly refused: readonly Problem[] } {
  const before = termsInForce(situation.environment);
  const place = names.filter((name) => PLACE.includes(name));
  if (place.length === 0) return { terms: taking(before, asked, names), refused: [] };
  const target = taking(before, asked, place);
  const problem = moveProblem(situation.environment, target) ?? placeProblem(situation, target);
  if (problem === undefined) return { terms: taking(before, asked, names), refused: [] };
  const others = names.filter((name) => !place.includes(name));
  return { terms: taking(before, asked, others), refused: [problem] };
}

/**
 * What a file may change before any gate has been passed. While nothing was ever deployed there is nothing to take, but gates that
 * are written already hold: they may grow, and the branch stays. By convention an environment without gates follows the names of branches.
 */
export function countsAtOnce(environment: Environment, { terms, origin }: Asked): readonly Term[] {
  const before = termsInForce(environment);
  const open = differing(before, terms);
  const gated = before.promotion !== undefined;
  const { deployedRevision, inventory = [] } = environment.status ?? {};
  if (deployedRevision === undefined && inventory.length === 0) {
    return open.filter((term) => {
      if (term === 'promotion') return tightens(before.promotion, terms.promotion);
      if (term === 'verify') return terms.verify !== undefined;
      if (term === 'windows') return windowsAsStrict(terms.windows ?? [], before.windows ?? []);
      return term !== 'branch' || !gated;
    });
  }
  const follows = origin === 'convention' && !gated && terms.promotion === undefined;
  return follows ? open.filter((term) => term === 'branch') : [];
}

/** A proposal, and the message that explains it. */
export interface Proposed {
  readonly proposal: Proposal;
  readonly message: string;
}

/** What a file asks for that is not in force and will not be by itself; the default branch speaks first. */
export function proposedOf(
  situation: Situation,
  asked: Asked | undefined,
  own: Asked | undefined,
): Proposed | undefined {
  for (const one of [asked, own]) {
    const found = one && proposed(situation, one, own);
    if (found) return found;
  }
  return undefined;
}

function proposed(situation: Situation, asked: Asked, own: Asked | undefined): Proposed | undefined {
  const { environment } = situation;
  const { branch, declared } = environment.spec;
  const before = termsInForce(environment);
  const open = differing(before, asked.terms);
  const digest = digestOf(asked.terms);
  const isOwn = asked.by === branch || (own !== undefined && digestOf(own.terms) === digest);
  if (open.length === 0 || (isOwn && digest === declared)) return undefined;
  const { refused } = admit(situation, asked.terms, open);
  // Without gates a push to its own branch is its own change: only the place waits for more.
  const passes = isOwn && before.promotion === undefined && asked.origin === 'file';
  if (passes && refused.length === 0) return undefined;
  const names = passes ? open.filter((term) => PLACE.includes(term)) : open;
  const terms = taking(before, asked.terms, names);
  const id = digestOf(before, terms);
  const name = fullName(environment);
  const counts =
    refused.length > 0
      ? refused.map(formatProblem).join('\n')
      : `until then ${name} stays as it is\n  → It counts when ${name} deploys a ${PILOTAGE_FILE} that says so${before.promotion ? ', through its gates' : ''}; or by a person's word:\n    pilotage accept ${name} ${id}`;
  return {
    proposal: { id, branch: asked.by, terms },
    message: `${PILOTAGE_FILE} of ${asked.by} asks for ${describeChange(before, terms, describePolicy)}; ${counts}`,
  };
}
