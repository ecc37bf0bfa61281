import { join } from 'node:path/posix';
import { HOSTNAME_LABEL } from '../../../kube/kinds/nodes/words.ts';
import type {
  Node,
  PersistentVolume,
  PersistentVolumeClaim,
  StorageClass,
} from '../../../kube/kinds/objects.data.ts';
import {
  BIND_COMPLETED,
  PROVISIONED_BY,
  SELECTED_NODE,
  STORAGE_PROVISIONER,
} from '../../../kube/kinds/volumes/annotations.ts';
import {
  isLocalPath,
  LOCAL_PATH_FINALIZER,
  LOCAL_PATH_PROVISIONER,
  LOCAL_PATH_ROOT,
} from '../../../kube/kinds/volumes/localpath.ts';

export interface Request {
  readonly claim: PersistentVolumeClaim;
  /** The class that the claim names; undefined: it is gone. */
  readonly class: StorageClass | undefined;
  /** The node that the scheduler has selected; undefined: it has not, or that node is gone. */
  readonly node: Node | undefined;
}

export type Provision =
  | { readonly type: 'create'; readonly volume: PersistentVolume }
  | { readonly type: 'refuse'; readonly message: string }
  /** The node is gone: the scheduler has to choose again (Kubernetes `pv_controller.go` rescheduleProvisioning). */
  | { readonly type: 'give back'; readonly message: string };

/** What is made for a claim; undefined: nothing is asked of this provisioner. */
export function decideProvision({ claim, class: storage, node }: Request): Provision | undefined {
  const { annotations = {}, deletionTimestamp } = claim.metadata;
  if (annotations[STORAGE_PROVISIONER] !== LOCAL_PATH_PROVISIONER || !storage) return undefined;
  if (deletionTimestamp || claim.spec?.volumeName || annotations[BIND_COMPLETED] !== undefined)
    return undefined;
  const problem = problemOf(claim, storage);
  if (problem) return { type: 'refuse', message: problem };
  const name = annotations[SELECTED_NODE];
  if (name === undefined) return { type: 'refuse', message: NO_NODE };
  if (!node) return { type: 'give back', message: `node "${name}" not found` };
  const root = node.metadata.annotations?.[LOCAL_PATH_ROOT];
  if (root === undefined)
    return {
      type: 'refuse',
      message: `node "${name}" keeps no volumes: it has no annotation ${LOCAL_PATH_ROOT}`,
    };
  return { type: 'create', volume: volumeFor(claim, storage, node, root) };
}

const NO_NODE =
  'a directory is made on the node of the first pod: its class must say volumeBindingMode: WaitForFirstConsumer';

/** A directory is for the pods of one node, and is empty at first. */
function problemOf({ spec = {} }: PersistentVolumeClaim, storage: StorageClass): string | undefined {
  const { accessModes = [], selector, volumeMode = 'Filesystem', dataSource, dataSourceRef } = spec;
  const mode = accessModes.find((one) => !MODES.includes(one));
  if (mode !== undefined)
    return `access mode ${mode} is not supported: a directory serves the pods of one node (${MODES.join(', ')})`;
  if (volumeMode !== 'Filesystem')
    return `volumeMode ${volumeMode} is not supported: a directory is no device`;
  if (selector) return 'claim.spec.selector is not supported: it chooses among volumes that are there';
  if (dataSource || dataSourceRef) return 'a data source is not supported: a directory is empty at first';
  const [parameter] = Object.keys(storage.parameters ?? {});
  if (parameter !== undefined) return `parameter "${parameter}" of the StorageClass is not known`;
  return storage.mountOptions?.length
    ? 'mountOptions of the StorageClass are not supported: nothing is mounted'
    : undefined;
}

const MODES: readonly string[] = ['ReadWriteOnce', 'ReadWriteOncePod'];

/** Named after the claim's uid, as Kubernetes does, so that a second attempt finds the first. */
function volumeFor(
  { metadata: { namespace = '', name = '', uid = '' }, spec = {} }: PersistentVolumeClaim,
  { metadata, reclaimPolicy = 'Delete' }: StorageClass,
  node: Node,
  root: string,
): PersistentVolume {
  const volume = `pvc-${uid}`;
  const hostname = node.metadata.labels?.[HOSTNAME_LABEL] ?? node.metadata.name ?? '';
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: {
      name: volume,
      annotations: { [PROVISIONED_BY]: LOCAL_PATH_PROVISIONER },
      ...(reclaimPolicy === 'Delete' ? { finalizers: [LOCAL_PATH_FINALIZER] } : {}),
    },
    spec: {
      accessModes: spec.accessModes ?? [],
      capacity: { storage: spec.resources?.requests?.storage ?? '0' },
      claimRef: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace, name, uid },
      local: { path: join(root, volume) },
      nodeAffinity: {
        required: {
          nodeSelectorTerms: [
            { matchExpressions: [{ key: HOSTNAME_LABEL, operator: 'In', values: [hostname] }] },
          ],
        },
      },
      persistentVolumeReclaimPolicy: reclaimPolicy === 'Delete' ? 'Delete' : 'Retain',
      storageClassName: metadata.name ?? '',
      volumeMode: 'Filesystem',
    },
  };
}

/**
 * What becomes of a volume of this provisioner: the object is deleted with its claim, and stays until its node has removed the directory.
 * `mark`: its policy was changed to Delete, and nothing would hold it for its node.
 */
export function decideReclaim(volume: PersistentVolume): 'delete' | 'mark' | undefined {
  const { deletionTimestamp, finalizers = [] } = volume.metadata;
  if (!isLocalPath(volume) || deletionTimestamp) return undefined;
  if (volume.spec?.persistentVolumeReclaimPolicy !== 'Delete') return undefined;
  if (!finalizers.includes(LOCAL_PATH_FINALIZER)) return 'mark';
  return volume.status?.phase === 'Released' ? 'delete' : undefined;
}
