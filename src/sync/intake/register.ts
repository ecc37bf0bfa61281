import { formatProblem, type Problem } from '../../base/errors.ts';
import type { Mutex } from '../../base/mutex.ts';
import { notFoundAsUndefined } from '../../kube/values/status.ts';
import { ANNOTATIONS } from '../../model/annotations.ts';
import type { Asked, Discovered } from '../../model/environments.ts';
import { environmentObjectName } from '../../model/names.ts';
import { digestOf } from '../../model/terms.ts';
import { type Delivery, ENVIRONMENTS, type Environment, PILOTAGE_NAMESPACE } from '../../model/types.ts';
import { claimOf, type EnvironmentIndex } from '../state/environments.ts';
import { changeStatus, withCondition, withoutCondition } from '../state/status.ts';
import { claim, createEnvironment, enforce } from './environmentobject.ts';
import { admit, countsAtOnce, type Proposed, placeProblem, proposedOf, type Situation } from './terms.ts';
import { publish, type WantedOptions } from './wanted.ts';

export interface RegisterOptions extends WantedOptions {
  /** Held while claims change: of two that ask for one namespace at the same moment, one is the first. */
  readonly claims: Mutex;
  readonly environments: EnvironmentIndex;
}

export interface Registered {
  readonly environment: Environment;
  readonly frozen?: { readonly reason: string; readonly message: string };
}

/**
 * Brings one discovered environment into the record. A new one begins with what its file says; one that exists keeps its terms,
 * and what a file asks for is written down as a proposal. The caller holds the claims; `at` is when it looked, one moment for all of a file.
 */
export async function registerEnvironment(
  options: RegisterOptions,
  delivery: Delivery,
  found: Discovered,
  at: number,
): Promise<Registered | undefined> {
  const { claimant } = options.environments;
  const name = environmentObjectName(delivery.metadata.name ?? '', found.name);
  const key = { namespace: PILOTAGE_NAMESPACE, name };
  const existing = await options.home.get(ENVIRONMENTS, key).catch(notFoundAsUndefined);
  if (existing === undefined && (found.known || found.asked === undefined)) return undefined;
  const before = existing ?? (found.asked && (await begin(options, delivery, found.name, found.asked, at)));
  if (before === undefined) return undefined;
  // An environment that is being deleted is not changed any more, and a preview is no environment of a file.
  if (before.metadata.deletionTimestamp || before.spec.preview) return undefined;
  const changed = await take({ environment: before, delivery, claimant }, options, found);
  const situation = { environment: changed, delivery, claimant };
  await recordProposal(options, changed, proposedOf(situation, found.asked, found.own));
  const problem = placeProblem(situation, changed.spec);
  const frozen = found.frozen ?? (problem && frozenBy(problem));
  const environment =
    problem === undefined && claimant(changed.spec) === undefined && !claims(changed)
      ? await claim(options, changed)
      : changed;
  return { environment, ...(frozen ? { frozen } : {}) };
}

/** Creates an environment, with its claim where it may have the place. What its own branch says needs no further word without gates. */
function begin(
  options: RegisterOptions,
  delivery: Delivery,
  name: string,
  asked: Asked,
  at: number,
): Promise<Environment> {
  const { terms, origin, by } = asked;
  const { claimant } = options.environments;
  const spec = { delivery: delivery.metadata.name ?? '', environment: name };
  const claims = placeProblem({ environment: { spec }, delivery, claimant }, terms) === undefined;
  const isOwn = origin === 'file' && by === terms.branch && terms.promotion === undefined;
  const declared = claims && isOwn ? digestOf(terms) : undefined;
  return createEnvironment(options, delivery, name, asked, { at, claims, declared });
}

const claims = ({ metadata, spec }: Environment): boolean =>
  metadata.annotations?.[ANNOTATIONS.claim] === claimOf(spec);

const frozenBy = (problem: Problem): Registered['frozen'] => ({
  reason: problem.reason,
  message: formatProblem(problem),
});

async function take(
  situation: Situation,
  options: RegisterOptions,
  { asked }: Discovered,
): Promise<Environment> {
  const { environment } = situation;
  if (asked === undefined) return environment;
  const names = countsAtOnce(environment, asked);
  if (names.length === 0) return environment;
  const { terms } = admit(situation, asked.terms, names);
  return enforce(options, environment, terms, { origin: asked.origin });
}

/** Writes down what is asked for and not in force. Told when it is new. */
async function recordProposal(
  options: WantedOptions,
  environment: Environment,
  proposed: Proposed | undefined,
): Promise<void> {
  const known = environment.status?.proposal;
  const said = environment.status?.conditions?.find(({ type }) => type === 'Proposed')?.message;
  if (known?.id === proposed?.proposal.id && said === proposed?.message) return;
  const now = options.clock.now();
  await changeStatus(options, environment.metadata.name ?? '', ({ proposal: _before, ...status }) =>
    proposed === undefined
      ? { ...status, conditions: withoutCondition(status.conditions, 'Proposed') }
      : {
          ...status,
          proposal: proposed.proposal,
          conditions: withCondition(
            status.conditions,
            'Proposed',
            'True',
            now,
            'TermsProposed',
            proposed.message,
          ),
        },
  );
  if (proposed) publish(options, environment, 'received', proposed.message);
}
