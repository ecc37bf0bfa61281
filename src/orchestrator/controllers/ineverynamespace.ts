import type { Informer } from '../../kube/client/informer.ts';
import type { Namespace } from '../../kube/kinds/objects.data.ts';
import { isAlreadyExists, isNamespaceTerminating, isNotFound } from '../../kube/values/status.ts';

/**
 * Has `ensure` make what every namespace has: not in one that is going away, nor told of one that has gone, or of another client that was
 * first, meanwhile.
 */
export async function ensureInNamespace(
  namespaces: Pick<Informer<Namespace>, 'get'>,
  name: string,
  ensure: () => Promise<unknown>,
): Promise<undefined> {
  const { metadata, status } = namespaces.get({ name }) ?? {};
  if (!metadata || metadata.deletionTimestamp || status?.phase === 'Terminating') return undefined;
  try {
    await ensure();
  } catch (error) {
    if (!isAlreadyExists(error) && !isNotFound(error) && !isNamespaceTerminating(error)) throw error;
  }
  return undefined;
}
