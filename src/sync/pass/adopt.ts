import { rfc3339 } from '../../base/clock.ts';
import { ProblemError, unwrap } from '../../base/errors.ts';
import { formatRef } from '../../kube/values/types.ts';
import type { AdoptionReport } from '../../model/faces.ts';
import { fullName } from '../../model/names.ts';
import type { Environment } from '../../model/types.ts';
import { clientOf } from '../cluster/access.ts';
import { lookForTools } from '../cluster/toollook.ts';
import type { RegisterOptions } from '../intake/register.ts';
import {
  type AdoptionRequest,
  adoptionRefusal,
  adoptionsOf,
  asksOnly,
  chosenOf,
  type Waiting,
  withAdoptions,
} from '../plan/adoption.ts';
import { adoptionReport } from '../plan/adoptionreport.ts';
import { counted } from '../plan/describe.ts';
import { formatTool } from '../plan/othertools.ts';
import { formatReconciler, howToForget, howToStop, inTheWay } from '../plan/reconcilers.ts';
import { changeSpec } from '../state/pin.ts';
import type { PassParts } from './parts.ts';
import { prepareFor } from './planrequest.ts';

export interface AdoptionAnswer {
  readonly message: string;
  /** Where nothing was named to be taken over. */
  readonly report?: AdoptionReport;
}

/**
 * Records a person's word for what is named, or reports what there is. Writes nothing to the cluster: the next pass does. @throws
 * ProblemError NothingToAdopt, StillReconciled, AdoptionRestarts, PreviewAdoptsNothing.
 */
export async function adopt(
  options: PassParts & RegisterOptions,
  environment: Environment,
  request: AdoptionRequest,
  signal: AbortSignal,
): Promise<AdoptionAnswer> {
  if (environment.spec.preview) throw new ProblemError(adoptsNothing(environment));
  const { prepared } = unwrap(await prepareFor(options, environment, { signal }));
  const { plan } = prepared;
  const cluster = await clientOf(options, environment);
  const name = fullName(environment);
  const isReport = asksOnly(request);
  const chosen = isReport
    ? plan.steps.filter((step): step is Waiting => step.action === 'adopt')
    : chosenOf(plan, environment, request);
  const tools = await lookForTools(
    cluster,
    chosen.map(({ live }) => live),
    signal,
  );
  if (isReport) {
    const report = adoptionReport(name, environment.spec.namespace, plan, tools);
    return { message: `${name}: nothing was changed.`, report };
  }
  const refusal = adoptionRefusal(environment, chosen, tools, request);
  if (refusal) throw new ProblemError(refusal);
  const { clock, home } = options;
  const given = adoptionsOf(chosen, request.by, clock.now());
  await changeSpec(home, environment.metadata.name ?? '', {
    adopt: withAdoptions(environment.spec.adopt, given).map((one) => ({ ...one })),
    syncRequestedAt: rfc3339(clock.now()),
  });
  const taken = given.length > NAMED ? counted(given.length, 'object') : given.map(formatRef).join(', ');
  const live = inTheWay(tools, undefined).map(
    (one) => `\n  ${formatReconciler(one)}; stop it: ${howToStop(one.mark)}`,
  );
  const left = tools.map(({ mark }) => `\n  ${formatTool(mark)} keeps its record: ${howToForget(mark)}`);
  return { message: [`${name} may take over ${taken}.`, ...live, ...left].join('') };
}

/** So many are named. */
const NAMED = 5;

const adoptsNothing = (environment: Environment) => ({
  reason: 'PreviewAdoptsNothing',
  message: `${fullName(environment)} is a preview: it takes over nothing that it has not made.`,
});
