import { PROTECTION_FINALIZERS } from '../../../kube/kinds/volumes/protection.ts';
import type { AdmissionPlugin } from './plugin.ts';

const GROUPS: readonly string[] = ['', 'storage.k8s.io'];

/**
 * New storage bears the finalizer that a controller takes off a deleted one when nothing uses it any more (Kubernetes
 * `plugin/pkg/admission/storage/storageobjectinuseprotection`).
 */
export const storageObjectInUseProtection: AdmissionPlugin = {
  name: 'StorageObjectInUseProtection',
  mutate({ operation, kind, subresource, object }) {
    const finalizer = GROUPS.includes(kind.group) ? PROTECTION_FINALIZERS[kind.plural] : undefined;
    if (operation !== 'CREATE' || subresource !== undefined || finalizer === undefined) return object;
    const { finalizers = [] } = object.metadata;
    return finalizers.includes(finalizer)
      ? object
      : { ...object, metadata: { ...object.metadata, finalizers: [...finalizers, finalizer] } };
  },
};
