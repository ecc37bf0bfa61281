import type { KubeClient } from '../../kube/client/client.ts';
import { isAlreadyExists, isConflict, isNotFound, notFoundAsUndefined } from '../../kube/values/status.ts';
import type { KubeObject, Resource } from '../../kube/values/types.ts';

/** What brings an object of the server's own back to what it should be. */
export type Reconciled<T extends KubeObject> =
  | { readonly type: 'keep' }
  | { readonly type: 'update'; readonly object: T }
  /** What is wrong cannot be changed. */
  | { readonly type: 'recreate' };

export const KEEP = { type: 'keep' } as const;

export interface Ensured<T extends KubeObject> {
  readonly resource: Resource<T>;
  readonly wanted: T;
  /** What becomes of the one that is there. */
  readonly reconcile: (live: T, wanted: T) => Reconciled<T>;
  readonly fieldManager?: string;
}

const ATTEMPTS = 5;

/** The object as it is then. It is read first, and written only where something differs; others may write it meanwhile: then it is looked at again. */
export async function ensure<T extends KubeObject>(client: KubeClient, ensured: Ensured<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await ensureOnce(client, ensured);
    } catch (error) {
      const isRaced = isAlreadyExists(error) || isConflict(error) || isNotFound(error);
      if (!isRaced || attempt === ATTEMPTS) throw error;
    }
  }
}

async function ensureOnce<T extends KubeObject>(
  client: KubeClient,
  { resource, wanted, reconcile, fieldManager }: Ensured<T>,
): Promise<T> {
  const { namespace, name = '' } = wanted.metadata;
  const key = { name, ...(namespace === undefined ? {} : { namespace }) };
  const options = fieldManager === undefined ? {} : { fieldManager };
  const live = await client.get(resource, key).catch(notFoundAsUndefined);
  if (!live) return client.create(resource, wanted, options);
  const decision = reconcile(live, wanted);
  if (decision.type === 'keep') return live;
  if (decision.type === 'update') return client.update(resource, decision.object, options);
  await client.delete(resource, key);
  return client.create(resource, wanted, options);
}
