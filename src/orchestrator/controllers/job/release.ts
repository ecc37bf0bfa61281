import type { KubeClient } from '../../../kube/client/client.ts';
import type { Pod } from '../../../kube/kinds/objects.data.ts';
import { PODS } from '../../../kube/kinds/resources.data.ts';
import { notFoundAsUndefined } from '../../../kube/values/status.ts';
import { MANAGER } from '../context.ts';
import { TRACKING_FINALIZER } from './labels.ts';

/** Takes the tracking finalizer off a pod, whatever else has changed of it. Resolves where the pod is gone. */
export async function releasePod(client: KubeClient, { metadata }: Pod): Promise<void> {
  const { name = '', namespace = '' } = metadata;
  const body = { metadata: { '$deleteFromPrimitiveList/finalizers': [TRACKING_FINALIZER] } };
  await client
    .patch(PODS, { namespace, name }, { type: 'strategic', body }, { fieldManager: MANAGER })
    .catch(notFoundAsUndefined);
}
