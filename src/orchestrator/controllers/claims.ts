import { byController } from '../../kube/client/cache.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import type { Informer } from '../../kube/client/informer.ts';
import type { LabelSelector } from '../../kube/values/selectors.ts';
import { isNotFound, notFoundAsUndefined, statusError } from '../../kube/values/status.ts';
import type { JsonObject, KubeObject, Resource } from '../../kube/values/types.ts';
import { MANAGER } from './context.ts';
import { type ClaimAction, claim, controllerReference } from './controllerref.ts';
import { orphansByNamespace } from './ownerkeys.ts';

/** An owner that selects what it controls. */
export interface Selecting extends KubeObject {
  readonly spec: { readonly selector?: LabelSelector };
}

export interface ClaimingOptions<O extends Selecting, T extends KubeObject> {
  readonly client: KubeClient;
  readonly owners: Resource<O>;
  readonly dependents: Informer<T>;
  readonly resource: Resource<T>;
  /** What has to hold besides the selector. */
  readonly belongs?: (owner: O, dependent: T) => boolean;
  /** One that goes with the reference. */
  readonly finalizer?: string;
}

/**
 * What an owner controls, as the cache shows it, after orphans that match were adopted and what no longer matches was released. Rejects where
 * one of them cannot change hands.
 */
export function createClaiming<O extends Selecting, T extends KubeObject>(
  options: ClaimingOptions<O, T>,
): (owner: O) => Promise<readonly T[]> {
  const { client, owners, dependents, resource, belongs = () => true, finalizer } = options;
  const controlledBy = dependents.index(byController);
  const orphansIn = dependents.index(orphansByNamespace);
  return async (owner) => {
    const { uid = '', namespace = '' } = owner.metadata;
    const candidates = [...controlledBy(uid), ...orphansIn(namespace)];
    const { owned, actions } = claim(owner, owner.spec.selector, candidates, (one) => belongs(owner, one));
    for (const action of actions) await changeHands(client, owners, owner, resource, action, finalizer);
    return owned;
  };
}

/**
 * Adopts an orphan or releases what no longer matches. Only the owner references change, on the version that was read:
 * if another client has written a reference meanwhile, the write fails with Conflict. `finalizer`: one that goes with the reference.
 */
export async function changeHands<T extends KubeObject>(
  client: KubeClient,
  ownerResource: Resource,
  owner: KubeObject,
  resource: Resource<T>,
  { type, object }: ClaimAction<T>,
  finalizer?: string,
): Promise<void> {
  const { name = '', namespace, resourceVersion = '', uid = '' } = object.metadata;
  const { ownerReferences = [], finalizers = [] } = object.metadata;
  if (type === 'adopt') await checkStillThere(client, ownerResource, owner);
  const references =
    type === 'adopt'
      ? [...ownerReferences, controllerReference(owner)]
      : ownerReferences.filter((reference) => reference.uid !== owner.metadata.uid);
  const metadata: JsonObject = {
    uid,
    resourceVersion,
    ownerReferences: references.map((reference) => ({ ...reference })),
    ...(finalizer === undefined
      ? {}
      : {
          finalizers: [
            ...finalizers.filter((one) => one !== finalizer),
            ...(type === 'adopt' ? [finalizer] : []),
          ],
        }),
  };
  try {
    await client.patch(
      resource,
      { name, ...(namespace ? { namespace } : {}) },
      { type: 'merge', body: { metadata } },
      { fieldManager: MANAGER },
    );
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}

/** The cache may be stale: a deleted owner must not adopt an orphan. Rejects with Conflict. */
async function checkStillThere(client: KubeClient, resource: Resource, owner: KubeObject): Promise<void> {
  const { name = '', namespace, uid } = owner.metadata;
  const key = { name, ...(namespace ? { namespace } : {}) };
  const live = await client.get(resource, key).catch(notFoundAsUndefined);
  if (live?.metadata.uid !== uid || live?.metadata.deletionTimestamp !== undefined) {
    throw statusError('Conflict', `${owner.kind} ${name} is being deleted or was replaced`);
  }
}
