import type { KubeClient } from '../../kube/client/client.ts';
import { NAMESPACES } from '../../kube/kinds/resources.data.ts';
import { isConflict, notFoundAsUndefined } from '../../kube/values/status.ts';
import { formatRef, type KubeObject, type ObjectRef, type Resource } from '../../kube/values/types.ts';
import { ANNOTATIONS } from '../../model/annotations.ts';
import type { Owner } from '../plan/types.ts';
import { markOf } from './namespaceclaim.ts';

/** Namespaces whose finalizers wait for programs are told after these. */
const CONDITIONS = [
  'NamespaceContentRemaining',
  'NamespaceFinalizersRemaining',
  'NamespaceDeletionContentFailure',
];
/** Objects that are looked at for what holds them. */
const LOOKED_AT = 20;

export type Removal = { readonly state: 'gone' } | { readonly state: 'going'; readonly message: string };

/**
 * Removes the namespace of a preview, and with it all that is in there: nothing of a preview is elsewhere. One that bears another mark, or none,
 * is somebody else's and stays. `inventory`: what was delivered, to name what holds it.
 */
export async function removeNamespace(
  client: KubeClient,
  owner: Owner,
  namespace: string,
  inventory: readonly ObjectRef[],
  signal: AbortSignal,
): Promise<Removal> {
  const live: KubeObject | undefined = await client
    .get<KubeObject>(NAMESPACES, { name: namespace }, { signal })
    .catch(notFoundAsUndefined);
  if (live === undefined || live.metadata.annotations?.[ANNOTATIONS.owner] !== markOf(owner))
    return { state: 'gone' };
  if (live.metadata.deletionTimestamp === undefined) {
    const { uid } = live.metadata;
    await client
      .delete(NAMESPACES, { name: namespace }, { signal, ...(uid ? { preconditions: { uid } } : {}) })
      .catch((error: unknown) => {
        if (!isConflict(error)) throw error;
      });
    return { state: 'going', message: `namespace ${namespace} is being deleted` };
  }
  const held = await heldIn(client, inventory, signal);
  const said = held.length > 0 ? held : conditionsOf(live);
  const why = said.length > 0 ? `: ${said.join('; ')}` : '';
  return { state: 'going', message: `namespace ${namespace} is being deleted${why}` };
}

/** `Deployment web waits for its finalizer example.com/hold` */
async function heldIn(
  client: KubeClient,
  inventory: readonly ObjectRef[],
  signal: AbortSignal,
): Promise<readonly string[]> {
  const held: string[] = [];
  for (const ref of inventory.slice(0, LOOKED_AT)) {
    const resource: Resource | undefined = await client.resourceFor(ref);
    if (resource === undefined || ref.namespace === undefined) continue;
    const live: KubeObject | undefined = await client
      .get<KubeObject>(resource, { namespace: ref.namespace, name: ref.name }, { signal })
      .catch(notFoundAsUndefined);
    const finalizers = live?.metadata.finalizers ?? [];
    if (finalizers.length > 0)
      held.push(`${formatRef(ref)} waits for its finalizer ${finalizers.join(', ')}`);
  }
  return held;
}

function conditionsOf(live: KubeObject): readonly string[] {
  const { conditions = [] } = (live.status ?? {}) as {
    conditions?: readonly { type: string; status: string; message?: string }[];
  };
  return conditions
    .filter(({ type, status }) => CONDITIONS.includes(type) && status === 'True')
    .flatMap(({ message }) => message ?? []);
}
