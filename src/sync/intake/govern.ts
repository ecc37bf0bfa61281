import { notFoundAsUndefined } from '../../kube/values/status.ts';
import { differing, digestOf, termsInForce, termsOf } from '../../model/terms.ts';
import {
  DELIVERIES,
  ENVIRONMENTS,
  type Environment,
  PILOTAGE_NAMESPACE,
  type Terms,
} from '../../model/types.ts';
import { entryOf, fileAt } from '../source/deliveryfile.ts';
import type { Memory } from '../state/memory.ts';
import { enforce } from './environmentobject.ts';
import type { RegisterOptions } from './register.ts';
import { admit, type Situation } from './terms.ts';

/** What the pilotage.yaml of a revision says of an environment; undefined where it does not speak of it. */
export async function declaredAt(
  { repository }: Pick<RegisterOptions, 'repository'>,
  { spec }: Environment,
  revision: string,
): Promise<Terms | undefined> {
  const source = await repository(spec.delivery);
  // Whoever may push to a branch does not write the terms of its preview.
  if (spec.preview) return undefined;
  // What cannot be read says nothing; the pass that needs it will tell why.
  const file = source && (await fileAt(source, revision).catch(() => undefined));
  const entry = file?.ok ? entryOf(file.value, spec.environment) : undefined;
  return entry && termsOf(spec.delivery, entry);
}

/** The environment as it would be if `revision` were let through: what a plan of it has to see. Writes nothing. */
export async function asGoverned(
  options: RegisterOptions,
  environment: Environment,
  revision: string,
): Promise<Environment> {
  const declared = await declaredAt(options, environment, revision);
  if (declared === undefined || digestOf(declared) === environment.spec.declared) return environment;
  const situation = await situationOf(options, environment);
  if (situation === undefined) return environment;
  const { terms } = admit(situation, declared, differing(termsInForce(environment), declared));
  const { promotion: _policy, ...spec } = terms;
  const {
    cluster: _cluster,
    verify: _verify,
    windows: _windows,
    notify: _notify,
    ...rest
  } = environment.spec;
  return { ...environment, spec: { ...rest, ...spec } };
}

/** `refused`: for the first time, so that it is not written down yet. */
export type Governed = 'changed' | 'refused' | 'as before';

/**
 * An environment is governed by what is deployed: the pilotage.yaml of a revision that was let through puts its terms in force, once.
 * Until the file says something else, what a person has agreed to meanwhile stays.
 */
export async function govern(
  options: RegisterOptions,
  environment: Environment,
  revision: string,
  memory: Memory,
): Promise<Governed> {
  const known = memory.declared?.revision === revision ? memory.declared : undefined;
  const declared = known ? known.terms : await declaredAt(options, environment, revision);
  if (declared) memory.declared = { revision, terms: declared };
  if (declared === undefined || digestOf(declared) === environment.spec.declared) return 'as before';
  return options.claims.run(async () => {
    await options.environments.read();
    const situation = await situationOf(options, environment);
    if (situation === undefined) return 'as before';
    const before = termsInForce(situation.environment);
    const { terms, refused } = admit(situation, declared, differing(before, declared));
    await enforce(options, situation.environment, terms, {
      origin: 'file',
      // What is refused now is asked again: the word that it waits for may be given.
      ...(refused.length === 0 ? { declared: digestOf(declared) } : {}),
    });
    if (differing(before, terms).length > 0) return 'changed';
    return refused.length > 0 && environment.status?.proposal === undefined ? 'refused' : 'as before';
  });
}

export async function situationOf(
  { home, environments }: Pick<RegisterOptions, 'home' | 'environments'>,
  { metadata, spec }: Environment,
): Promise<Situation | undefined> {
  const named = (name: string) => ({ namespace: PILOTAGE_NAMESPACE, name });
  const [delivery, environment] = await Promise.all([
    home.get(DELIVERIES, named(spec.delivery)).catch(notFoundAsUndefined),
    home.get(ENVIRONMENTS, named(metadata.name ?? '')).catch(notFoundAsUndefined),
  ]);
  return delivery && environment && { environment, delivery, claimant: environments.claimant };
}
