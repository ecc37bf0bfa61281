import type { KubeClient } from '../../../kube/client/client.ts';
import { ENDPOINT_SLICES } from '../../../kube/kinds/resources.data.ts';
import { isNamespaceTerminating, isNotFound } from '../../../kube/values/status.ts';
import { MANAGER } from '../context.ts';
import type { SliceAction } from './decide.ts';

/** Carries out what was decided; in a namespace that is going away nothing new is needed. */
export async function writeSlices(client: KubeClient, actions: readonly SliceAction[]): Promise<void> {
  for (const { type, slice } of actions) {
    const { namespace = '', name = '' } = slice.metadata;
    try {
      if (type === 'create') {
        await client.create(ENDPOINT_SLICES, slice, { namespace, fieldManager: MANAGER });
      } else if (type === 'update') {
        await client.update(ENDPOINT_SLICES, slice, { fieldManager: MANAGER });
      } else await client.delete(ENDPOINT_SLICES, { namespace, name });
    } catch (error) {
      if (isNamespaceTerminating(error)) continue;
      if (type !== 'delete' || !isNotFound(error)) throw error;
    }
  }
}
