import { problemOf } from '../../base/errors.ts';
import { pooled } from '../../base/pooled.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import { isNotFound } from '../../kube/values/status.ts';
import type { DryRunResult } from '../../model/faces.ts';
import { FIELD_MANAGER } from '../../model/types.ts';
import { refKey } from '../plan/refkey.ts';
import { blotSealed } from '../plan/sealed.ts';
import type { Desired, Observation, Plan, Step } from '../plan/types.ts';
import { keyOf, withRevision } from './observe.ts';
import { writeOver } from './replace.ts';

const CONCURRENCY = 8;

/**
 * Asks the server for every write of a sync as a dry run, admission included, also for what already agrees: one result for each object, and no
 * failure hides another. Writes nothing.
 */
export async function dryRun(
  client: KubeClient,
  {
    plan,
    desired,
    observed,
  }: {
    readonly plan: Plan;
    readonly desired: readonly Desired[];
    readonly observed: ReadonlyMap<string, Observation>;
  },
  revision: string,
  signal: AbortSignal,
): Promise<readonly DryRunResult[]> {
  const wanted = new Map(desired.map((one) => [refKey(one.ref), one]));
  const results = new Map<Step, DryRunResult>();
  await pooled(plan.steps, CONCURRENCY, async (step) => {
    const one = wanted.get(refKey(step.ref));
    results.set(step, await tried(client, step, one, observed.get(refKey(step.ref)), revision, signal));
  });
  return plan.steps.flatMap((step) => results.get(step) ?? []);
}

async function tried(
  client: KubeClient,
  step: Step,
  desired: Desired | undefined,
  { live, intent, held }: Observation = {},
  revision: string,
  signal: AbortSignal,
): Promise<DryRunResult> {
  const base = { object: step.ref, action: step.action };
  const untried = (message: string): DryRunResult => ({ ...base, outcome: 'untried', message });
  const resource = step.resource;
  if (step.action === 'hook') return untried('hooks run in a sync alone');
  if (
    step.action === 'keep' ||
    step.action === 'forget' ||
    step.action === 'wait' ||
    step.action === 'confirm'
  )
    return untried(step.reason);
  if (resource === undefined) return untried('the cluster does not serve its kind yet');
  if (held?.length) return untried(`${held.join(', ')} is given up first, which no dry run can be asked`);
  try {
    const warnings: string[] = [];
    const onWarning = (text: string) => void warnings.push(text);
    if (step.action === 'prune' || step.action === 'recreate')
      await client.delete(resource, keyOf(step.ref), { dryRun: true, signal });
    else if (desired) {
      const force = step.action === 'update' && step.force;
      const how = { dryRun: true, force, onWarning, signal };
      const object = withRevision(intent ?? desired.object, revision);
      await (live === undefined
        ? client.apply(resource, object, { fieldManager: FIELD_MANAGER, ...how })
        : writeOver(client, resource, object, live, { ...how, ignore: desired.ignore }));
    }
    return { ...base, outcome: 'accepted', ...(warnings.length > 0 ? { message: warnings.join('; ') } : {}) };
  } catch (error) {
    if (signal.aborted) throw error;
    if (isNotFound(error) && live === undefined) return untried('its namespace or kind is made by this sync');
    const { message } = problemOf(error);
    return { ...base, outcome: 'refused', message: desired ? blotSealed(message, desired) : message };
  }
}
