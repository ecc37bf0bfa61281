import { rfc3339 } from '../../base/clock.ts';
import type { Again } from '../../base/queue.ts';
import { formatRef } from '../../kube/values/types.ts';
import { fullName } from '../../model/names.ts';
import { ENVIRONMENTS, type Environment, PILOTAGE_NAMESPACE } from '../../model/types.ts';
import { clientOf } from '../cluster/access.ts';
import { applyStage } from '../cluster/apply.ts';
import { actingAs } from '../cluster/identity.ts';
import { liveOf, observe } from '../cluster/observe.ts';

import type { SyncOptions } from '../options.ts';
import { inventoryAfter } from '../plan/inventory.ts';
import { planOf } from '../plan/plan.ts';
import { refKey } from '../plan/refkey.ts';
import type { Plan } from '../plan/types.ts';
import { LOOKS } from '../state/pacing.ts';
import { changeStatus } from '../state/status.ts';
import { ownerOf, resourceAmong } from './prepare.ts';

/** Holds an Environment until what it delivered is gone, or is let go of. */
const FINALIZER = 'pilotage.dev/teardown';

export type Teardown = 'prune' | 'orphan';

/** Asks for the end of an environment. It survives a restart: the object carries what is to become of what it delivered. */
export async function requestTeardown(
  { home }: Pick<SyncOptions, 'home'>,
  { metadata }: Environment,
  onDelete: Teardown,
): Promise<void> {
  const key = { namespace: PILOTAGE_NAMESPACE, name: metadata.name ?? '' };
  const finalizers = [...new Set([...(metadata.finalizers ?? []), FINALIZER])];
  const body = { spec: { onDelete }, ...(metadata.deletionTimestamp ? {} : { metadata: { finalizers } }) };
  await home.patch(ENVIRONMENTS, key, { type: 'merge', body }, { fieldManager: 'pilotage-sync' });
  await home.delete(ENVIRONMENTS, key);
}

export const isTornDown = ({ metadata }: Environment): boolean =>
  metadata.deletionTimestamp !== undefined && (metadata.finalizers ?? []).includes(FINALIZER);

/** Deleting is delivering nothing: one look, the deletions that can be asked for now, and again until all is gone. */
export async function tearDown(
  options: SyncOptions,
  environment: Environment,
  signal: AbortSignal,
): Promise<Again> {
  const inventory = environment.status?.inventory ?? [];
  if (environment.spec.onDelete !== 'prune' || inventory.length === 0) return release(options, environment);
  const client = await clientOf(options, environment);
  const resourceOf = resourceAmong(await client.resources({ refresh: true }));
  const { observed } = await observe(client, [], inventory, signal);
  const owner = ownerOf(options.instanceUid, environment);
  const plan = planOf({
    desired: [],
    inventory,
    observed,
    previous: new Map(),
    owner,
    environments: new Set([fullName(environment)]),
    adopted: new Set(),
    resourceOf,
    confirmedPrune: true,
    confirmedRecreate: false,
    environment: fullName(environment),
  });
  const live = liveOf(observed);
  const goes = plan.steps.filter(
    ({ action, ref }) =>
      action === 'prune' || live.get(refKey(ref))?.metadata.deletionTimestamp !== undefined,
  );
  if (goes.length === 0) return release(options, environment, plan);
  const objects = inventory.map((ref) => ({ ref, resource: resourceOf(ref) }));
  const namespaces = [environment.spec.namespace];
  const acting = actingAs(client, environment, { owner, namespaces, objects });
  const results = await applyStage(acting, plan.steps, '', signal);
  for (const result of results.values()) if (result.outcome === 'failed') throw result.error;
  const now = rfc3339(options.clock.now());
  await changeStatus(options, environment.metadata.name ?? '', (status) => ({
    ...status,
    phase: 'Applying',
    phaseSince: status.phase === 'Applying' && status.phaseSince ? status.phaseSince : now,
    message: `being deleted; still there: ${named(goes)}`,
    inventory: inventoryAfter(inventory, plan, live),
  }));
  return { afterMs: LOOKS.teardown };
}

const named = (steps: Plan['steps']): string => {
  const names = steps.slice(0, 3).map(({ ref }) => formatRef(ref));
  return steps.length > names.length
    ? `${names.join(', ')} and ${steps.length - names.length} more`
    : names.join(', ');
};

/** Lets the object go, and says what stays behind on purpose. */
async function release(options: SyncOptions, environment: Environment, plan?: Plan): Promise<undefined> {
  const kept = plan?.steps.filter(({ action }) => action === 'keep').map(({ ref }) => formatRef(ref)) ?? [];
  options.logger.info({ environment: fullName(environment), kept }, 'environment deleted');
  const { name = '', finalizers = [] } = environment.metadata;
  const body = { metadata: { finalizers: finalizers.filter((one) => one !== FINALIZER) } };
  await options.home.patch(
    ENVIRONMENTS,
    { namespace: PILOTAGE_NAMESPACE, name },
    { type: 'merge', body },
    { fieldManager: 'pilotage-sync' },
  );
  return undefined;
}
