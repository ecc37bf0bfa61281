import type { KubeClient } from '../../kube/client/client.ts';
import { isNotFound, notFoundAsUndefined, statusError } from '../../kube/values/status.ts';
import type { JsonObject, KubeObject, Resource } from '../../kube/values/types.ts';
import { MANAGER } from './context.ts';
import { type ClaimAction, controllerReference } from './controllerref.ts';

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
