import type { KubeClient } from '../../kube/client/client.ts';
import { notFoundAsUndefined } from '../../kube/values/status.ts';
import { DELIVERIES, PILOTAGE_NAMESPACE } from '../../model/types.ts';

/** What a person lets the builds of a delivery reach, as of now. */
export async function allowedRegistries(home: KubeClient, name: string): Promise<readonly string[]> {
  const delivery = await home
    .get(DELIVERIES, { namespace: PILOTAGE_NAMESPACE, name })
    .catch(notFoundAsUndefined);
  return delivery?.spec.registries ?? [];
}
