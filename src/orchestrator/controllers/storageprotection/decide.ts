import type { PersistentVolumeClaim, Pod } from '../../../kube/kinds/objects.data.ts';
import type { KubeObject } from '../../../kube/values/types.ts';
import { isControlledBy } from '../controllerref.ts';

/**
 * What becomes of the finalizer: one that is deleted and not used loses it, and one that is older than the plug-in which adds it gets it
 * (Kubernetes `pkg/controller/volume/protectionutil`). `ask`: whether it is used has to be known.
 */
export function decideProtection(
  { metadata: { deletionTimestamp, finalizers = [] } }: KubeObject,
  finalizer: string,
): 'ask' | 'add' | undefined {
  const isThere = finalizers.includes(finalizer);
  if (deletionTimestamp === undefined) return isThere ? undefined : 'add';
  return isThere ? 'ask' : undefined;
}

/**
 * A pod that no node has yet uses nothing: a node does not start one whose claim is being deleted (Kubernetes
 * `pkg/controller/volume/pvcprotection`, podUsesPVC).
 */
export function usesClaim(pod: Pod, claim: PersistentVolumeClaim): boolean {
  if (!pod.spec.nodeName) return false;
  const { name } = claim.metadata;
  return (pod.spec.volumes ?? []).some(({ name: volume, persistentVolumeClaim, ephemeral }) => {
    if (persistentVolumeClaim?.claimName === name) return true;
    const isOwn = ephemeral !== undefined && `${pod.metadata.name}-${volume}` === name;
    return isOwn && !isShutDown(pod) && isControlledBy(claim, pod);
  });
}

/** Its node is done with it, and it only waits for its finalizers: its claim may go before it. */
const isShutDown = ({ metadata }: Pod): boolean =>
  metadata.deletionTimestamp !== undefined && metadata.deletionGracePeriodSeconds === 0;
