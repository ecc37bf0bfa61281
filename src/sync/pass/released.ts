import { problemOf } from '../../base/errors.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import { notFoundAsUndefined } from '../../kube/values/status.ts';
import { type Environment, PILOTAGE_NAMESPACE, RELEASES, type Release } from '../../model/types.ts';
import { releaseName } from '../history/releases.ts';
import { desiredOf, type Placement } from '../plan/desired.ts';
import { type Hook, isHook } from '../plan/hooks/due.ts';
import { refKey } from '../plan/refkey.ts';
import type { WithSealed } from '../plan/sealed.ts';
import type { Bundle, Desired } from '../plan/types.ts';
import type { Memory } from '../state/memory.ts';
import { ownerOf } from './fencenow.ts';
import type { PassParts } from './parts.ts';

export function placementOf({ instanceUid }: PassParts, environment: Environment): Placement {
  const { delivery, environment: name, namespace, cluster } = environment.spec;
  return {
    owner: ownerOf(instanceUid, environment),
    delivery,
    environment: name,
    namespace,
    ...(cluster === undefined ? {} : { cluster }),
  };
}

/** The memory of which fields were ours: the objects of the release that is deployed. */
export async function previousOf(
  options: PassParts,
  client: KubeClient,
  environment: Environment,
  memory: Memory,
): Promise<ReadonlyMap<string, WithSealed>> {
  const number = environment.status?.release;
  if (number === undefined) return new Map();
  if (memory.previous?.release === number) return memory.previous.objects;
  const placed = await releasedObjects(options, client, environment, number);
  const objects = objectsOf(placed.filter((one) => !isHook(one)));
  memory.previous = { release: number, objects };
  return objects;
}

/** The hooks that a release has for the deletion of its apps, in the environment's own namespace: it may have been forbidden any other since. */
export async function deletionHooks(
  options: PassParts,
  client: KubeClient,
  environment: Environment,
  number: number | undefined,
): Promise<readonly Hook[]> {
  if (number === undefined) return [];
  const placed = await releasedObjects(options, client, environment, number);
  return placed
    .filter(isHook)
    .filter(({ hook }) => hook.phase === 'PreDelete' || hook.phase === 'PostDelete')
    .filter(({ ref }) => ref.namespace === environment.spec.namespace);
}

/** What a release had rendered, hooks included; nothing where it is lost. */
async function releasedObjects(
  options: PassParts,
  client: KubeClient,
  environment: Environment,
  number: number,
): Promise<readonly Desired[]> {
  const key = { namespace: PILOTAGE_NAMESPACE, name: releaseName(environment, number) };
  const release = await options.home.get(RELEASES, key).catch(notFoundAsUndefined);
  if (release === undefined) return [];
  const bundle = await released(options, release);
  const placement = placementOf(options, environment);
  const desired = await desiredOf(bundle, placement, (gvk) => client.resourceFor(gvk));
  return desired.ok ? desired.value : [];
}

/** Where it is lost nothing is known to have been ours: conflicts are reported then instead of being taken over. */
async function released(options: PassParts, release: Release): Promise<Bundle> {
  return options.bundles.read(release).catch((error: unknown) => {
    const { reason, message } = problemOf(error);
    if (reason !== 'BundleMissing') throw error;
    options.logger.warn({ release: release.metadata.name }, message);
    return { manifests: [], apps: [] };
  });
}

export const objectsOf = (desired: readonly Desired[]): ReadonlyMap<string, WithSealed> =>
  new Map(desired.map(({ ref, object, sealed }) => [refKey(ref), { object, ...(sealed ? { sealed } : {}) }]));
