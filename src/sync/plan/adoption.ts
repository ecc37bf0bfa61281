import { rfc3339 } from '../../base/clock.ts';
import { type Problem, ProblemError } from '../../base/errors.ts';
import { formatRef, type ObjectRef } from '../../kube/values/types.ts';
import { ANNOTATIONS } from '../../model/annotations.ts';
import { fullName } from '../../model/names.ts';
import type { Adoption, Environment } from '../../model/types.ts';
import type { Manifest } from '../../render/types.ts';

import type { Plan, Step } from './types.ts';

/** What may be taken over: `Deployment/web` each, or everything that waits in a namespace. */
export interface AdoptionRequest {
  readonly objects: readonly string[];
  readonly namespace?: string;
  readonly by: string;
}

/**
 * A person's word for objects that a plan has found and that Pilotage did not make. It is bound to each object by its UID, so it
 * ends with the object. @throws ProblemError where a plan waits for no such word.
 */
export function adoptionsOf(
  plan: Plan,
  environment: Environment,
  request: AdoptionRequest,
  now: number,
): readonly Adoption[] {
  const waiting = plan.steps.filter((step) => step.action === 'adopt');
  const chosen = request.objects.flatMap((name) => {
    const found = waiting.filter(({ ref }) => isNamed(ref, name));
    if (found.length === 0) throw new ProblemError(notWaiting(environment, name, plan, waiting));
    return found;
  });
  const inNamespace = waiting.filter(
    ({ ref }) => request.namespace !== undefined && ref.namespace === request.namespace,
  );
  const all = [...new Set([...chosen, ...inNamespace])];
  const [first] = all;
  if (first === undefined)
    throw new ProblemError(
      notWaiting(environment, `namespace ${request.namespace ?? '(none)'}`, plan, waiting),
    );
  return all.flatMap((step) => {
    const uid = step.action === 'adopt' ? step.live.metadata.uid : undefined;
    return uid === undefined ? [] : [{ ...step.ref, uid, by: request.by, at: rfc3339(now) }];
  });
}

/** Words given before, but not for an object whose name has one now. */
export const withAdoptions = (
  before: readonly Adoption[] = [],
  given: readonly Adoption[],
): readonly Adoption[] => [...before.filter(({ uid }) => given.every((one) => one.uid !== uid)), ...given];

function isNamed({ kind, name, namespace }: ObjectRef, asked: string): boolean {
  const parts = asked.split('/');
  const [wantedKind = '', wantedName] = parts.slice(-2);
  const place = parts.length === 3 ? parts[0] : undefined;
  return (
    kind.toLowerCase() === wantedKind.toLowerCase() &&
    name === wantedName &&
    (place === undefined || place === namespace)
  );
}

function notWaiting(environment: Environment, asked: string, plan: Plan, waiting: readonly Step[]): Problem {
  const name = fullName(environment);
  const held = plan.steps.find((step) => step.action === 'conflict' && isNamed(step.ref, asked));
  const names = waiting.map(({ ref }) => `${ref.kind}/${ref.name}`);
  return {
    reason: 'NothingToAdopt',
    message:
      held && 'reason' in held
        ? `${formatRef(held.ref)} cannot be taken over: ${held.reason}.`
        : `${name} delivers nothing by the name of ${asked} that waits to be taken over.`,
    remedy:
      names.length > 0
        ? `What waits: ${names.join(', ')}.`
        : `pilotage diff ${name} shows what it delivers; only what it delivers and did not make can be taken over.`,
  };
}

/** A manifest cannot grant itself an object that exists: one that tries gets a warning that says what can. */
export function ignoredAdoptions(manifests: readonly Manifest[], environment: string): readonly Problem[] {
  return manifests
    .filter(({ object }) => object.metadata.annotations?.[ANNOTATIONS.adopt] !== undefined)
    .map(({ object, origin }) => ({
      reason: 'AdoptionIgnored',
      message: `${object.kind} ${object.metadata.name ?? '(no name)'}: the annotation ${ANNOTATIONS.adopt} of a manifest grants nothing`,
      place: origin,
      remedy: `Take it out; a person lets an object be taken over: pilotage adopt ${environment} ${object.kind}/${object.metadata.name ?? ''}`,
    }));
}
