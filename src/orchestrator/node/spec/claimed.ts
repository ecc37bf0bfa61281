import type { PersistentVolume, PersistentVolumeClaim } from '../../../kube/kinds/objects.data.ts';
import { BIND_COMPLETED } from '../../../kube/kinds/volumes/annotations.ts';
import { isLocalPath } from '../../../kube/kinds/volumes/localpath.ts';
import { volumePath } from './localpath.ts';

/** What a claim of the pod's namespace led to when it was read. */
export interface Claimed {
  readonly claim: PersistentVolumeClaim;
  /** The volume that the claim names; absent: it is not there. */
  readonly volume?: PersistentVolume;
}

/** Where the data behind a claim is. `own`: in a directory that this node makes. `takesGroup`: it may be given to the `fsGroup` of a pod. */
export type Data =
  | { readonly type: 'own'; readonly path: string; readonly takesGroup: true }
  | { readonly type: 'host'; readonly path: string; readonly hostType: string; readonly takesGroup: boolean }
  | { readonly type: 'fault'; readonly message: string };

const fault = (message: string): Data => ({ type: 'fault', message });

/**
 * The data of a claim that a pod mounts, or why it has none yet: only a volume that is bound to this very claim is shown (kubelet
 * `volumemanager/populator`, getPVCExtractPV and getPVSpec). `root`: below which this node keeps volumes.
 */
export function dataOf(name: string, claimed: Claimed | undefined, root: string): Data {
  if (!claimed) return fault(`persistentvolumeclaim "${name}" not found`);
  const { claim, volume } = claimed;
  const wanted = claim.spec?.volumeName ?? '';
  if (wanted === '' || claim.metadata.annotations?.[BIND_COMPLETED] === undefined)
    return fault(
      `persistentvolumeclaim "${name}" is not bound to a volume yet: kubectl describe pvc ${name} says why`,
    );
  if (!volume) return fault(`persistentvolume "${wanted}" of persistentvolumeclaim "${name}" not found`);
  if (volume.spec?.claimRef?.uid !== claim.metadata.uid)
    return fault(
      `persistentvolume "${wanted}" is not bound to persistentvolumeclaim "${name}" but to another claim`,
    );
  return dataIn(volume, wanted, root);
}

function dataIn(volume: PersistentVolume, name: string, root: string): Data {
  const { hostPath, local, volumeMode = 'Filesystem' } = volume.spec ?? {};
  if (volumeMode !== 'Filesystem')
    return fault(`persistentvolume "${name}": volumeMode ${volumeMode} is not supported`);
  if (isLocalPath(volume)) {
    const path = volumePath(root, name);
    if (local?.path === path) return { type: 'own', path, takesGroup: true };
    return fault(
      `persistentvolume "${name}" is at ${local?.path ?? 'no path'}, and this node keeps volumes below ${root}`,
    );
  }
  if (local) return { type: 'host', path: local.path, hostType: 'Directory', takesGroup: true };
  if (hostPath)
    return { type: 'host', path: hostPath.path, hostType: hostPath.type ?? '', takesGroup: false };
  return fault(
    `persistentvolume "${name}" is of a kind that this node does not mount (it knows hostPath and local)`,
  );
}
