import { rfc3339 } from '../../base/clock.ts';
import { ENVIRONMENTS, type Environment, PILOTAGE_NAMESPACE, TEARDOWN_FINALIZER } from '../../model/types.ts';
import type { SyncOptions } from '../options.ts';

/** What becomes of the objects that a deleted environment has delivered. */
export type Teardown = 'prune' | 'orphan';

/**
 * Sets the goal of an environment to nothing. It survives a restart: the object carries what is to become of what it delivered, and stays
 * until that is done.
 */
export async function requestTeardown(
  { home, clock }: Pick<SyncOptions, 'home' | 'clock'>,
  { metadata }: Environment,
  onDelete: Teardown,
): Promise<void> {
  const key = { namespace: PILOTAGE_NAMESPACE, name: metadata.name ?? '' };
  const finalizers = [...new Set([...(metadata.finalizers ?? []), TEARDOWN_FINALIZER])];
  // Asked for again, it repeats the hooks that have failed.
  const spec = { onDelete, syncRequestedAt: rfc3339(clock.now()) };
  const body = { spec, ...(metadata.deletionTimestamp ? {} : { metadata: { finalizers } }) };
  await home.patch(ENVIRONMENTS, key, { type: 'merge', body }, { fieldManager: 'pilotage-sync' });
  if (!metadata.deletionTimestamp) await home.delete(ENVIRONMENTS, key);
}
