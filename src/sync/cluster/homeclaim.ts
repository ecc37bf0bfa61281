import { ProblemError } from '../../base/errors.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import { NAMESPACES } from '../../kube/kinds/resources.data.ts';
import { isAlreadyExists, isConflict, notFoundAsUndefined } from '../../kube/values/status.ts';
import { ANNOTATIONS } from '../../model/annotations.ts';
import { PILOTAGE_NAMESPACE } from '../../model/types.ts';

const WRITER = { fieldManager: 'pilotage-install' };

/**
 * Marks a cluster as the home of this instance, on the namespace of the pilotage.dev objects: two daemons that reconciled the same
 * objects would fight. Rejects with ProblemError HomeInUse when it is the home of another instance.
 */
export async function claimHome(client: KubeClient, instanceUid: string): Promise<void> {
  for (;;) {
    const namespace = await client.get(NAMESPACES, { name: PILOTAGE_NAMESPACE }).catch(notFoundAsUndefined);
    const owner = namespace?.metadata.annotations?.[ANNOTATIONS.homeOf];
    if (owner === instanceUid) return;
    if (owner !== undefined) throw inUse(owner);
    const annotations = { ...namespace?.metadata.annotations, [ANNOTATIONS.homeOf]: instanceUid };
    try {
      if (namespace) {
        // With its resource version: of two that claim at once, one finds the other's mark.
        const claimed = { ...namespace, metadata: { ...namespace.metadata, annotations } };
        await client.update(NAMESPACES, claimed, WRITER);
      } else {
        const metadata = { name: PILOTAGE_NAMESPACE, annotations };
        await client.create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata }, WRITER);
      }
    } catch (error) {
      if (!isConflict(error) && !isAlreadyExists(error)) throw error;
    }
  }
}

const inUse = (owner: string): ProblemError =>
  new ProblemError({
    reason: 'HomeInUse',
    message: `This cluster is the home of another Pilotage (instance ${owner}).`,
    remedy: `End that one for good, then take its mark away: kubectl annotate namespace ${PILOTAGE_NAMESPACE} ${ANNOTATIONS.homeOf}-`,
  });
