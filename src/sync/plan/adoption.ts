import { rfc3339 } from '../../base/clock.ts';
import { type Problem, ProblemError } from '../../base/errors.ts';
import { formatRef, type ObjectRef } from '../../kube/values/types.ts';
import { ANNOTATIONS } from '../../model/annotations.ts';
import { fullName } from '../../model/names.ts';
import type { Adoption, Environment } from '../../model/types.ts';
import type { Manifest } from '../../render/types.ts';

import { diffLine, restarts } from './describe.ts';
import { formatTool, type ToolName, toolsOf } from './othertools.ts';
import { formatReconciler, howToStop, inTheWay, type Reconciler } from './reconcilers.ts';
import type { Plan, Step } from './types.ts';

/** What may be taken over: `Deployment/web` each, or everything that waits in a namespace. */
export interface AdoptionRequest {
  readonly objects: readonly string[];
  readonly namespace?: string;
  /** Everything that waits. */
  readonly all?: boolean;
  /** Take over from this tool although it may still reconcile. */
  readonly from?: ToolName;
  /** Let pods be replaced where git says otherwise of their template. */
  readonly restart?: boolean;
  readonly by: string;
}

/** A request that names nothing asks what there is. */
export const asksOnly = ({ objects, namespace, all }: AdoptionRequest): boolean =>
  objects.length === 0 && namespace === undefined && !all;

export type Waiting = Extract<Step, { action: 'adopt' }>;

/** The steps of a plan that wait for a person's word and that a request names. @throws ProblemError where a plan waits for no such word. */
export function chosenOf(plan: Plan, environment: Environment, request: AdoptionRequest): readonly Waiting[] {
  const waiting = plan.steps.filter((step): step is Waiting => step.action === 'adopt');
  const named = request.objects.flatMap((name) => {
    const found = waiting.filter(({ ref }) => isNamed(ref, name));
    if (found.length === 0) throw new ProblemError(notWaiting(environment, name, plan, waiting));
    return found;
  });
  const others = waiting.filter(
    ({ ref }) => request.all || (request.namespace !== undefined && ref.namespace === request.namespace),
  );
  const chosen = [...new Set([...named, ...others])];
  const asked = request.namespace === undefined ? 'any name' : `namespace ${request.namespace}`;
  if (chosen.length === 0) throw new ProblemError(notWaiting(environment, asked, plan, waiting));
  return chosen;
}

/** A person's word for each of these objects. It is bound to the object by its UID, so it ends with it. */
export const adoptionsOf = (chosen: readonly Waiting[], by: string, now: number): readonly Adoption[] =>
  chosen.flatMap(({ ref, live }) => {
    const { uid } = live.metadata;
    const [tool] = toolsOf(live);
    const from = tool ? { from: formatTool(tool) } : {};
    return uid === undefined ? [] : [{ ...ref, uid, by, at: rfc3339(now), ...from }];
  });

/** Why what is chosen may not be taken over as it is asked: another tool would write it again, or pods would restart. */
export function adoptionRefusal(
  environment: Environment,
  chosen: readonly Waiting[],
  reconcilers: readonly Reconciler[],
  { from, restart }: AdoptionRequest,
): Problem | undefined {
  const name = fullName(environment);
  const [first, ...others] = inTheWay(reconcilers, from);
  if (first)
    return {
      reason: 'StillReconciled',
      message: `${formatReconciler(first)}: two that deliver the same objects undo each other's work.`,
      details: others.map(formatReconciler),
      remedy: `Stop it: ${howToStop(first.mark)}\n    or take over all the same: pilotage adopt ${name} … --from ${first.mark.tool}`,
    };
  const rolled = restart ? [] : chosen.filter(restarts);
  if (rolled.length === 0) return undefined;
  return {
    reason: 'AdoptionRestarts',
    message: `${rolled.map(({ ref }) => formatRef(ref)).join(', ')}: git says otherwise of the pod template, so pods would be replaced.`,
    details: rolled.flatMap(({ diff }) =>
      diff.filter(({ path }) => path.startsWith('spec.template')).map(diffLine),
    ),
    remedy: `Bring git in step with what runs, or let pods be replaced: pilotage adopt ${name} … --restart`,
  };
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
