import type {
  PersistentVolume,
  PersistentVolumeClaim,
  StorageClass,
} from '../../../../src/kube/kinds/objects.data.ts';

/** `data` in `shop`, uid `data`, for 1Gi of the class `disk` that one node writes. */
export const claim = (
  spec: object = {},
  annotations: Readonly<Record<string, string>> = {},
  phase: 'Pending' | 'Bound' | 'Lost' = 'Pending',
): PersistentVolumeClaim => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name: 'data', namespace: 'shop', uid: 'data', annotations },
  spec: {
    accessModes: ['ReadWriteOnce'],
    resources: { requests: { storage: '1Gi' } },
    storageClassName: 'disk',
    ...spec,
  },
  status: { phase },
});

/** One that is Available, of 1Gi and the class `disk`, which one node may write. */
export const volume = (name: string, spec: object = {}, more: object = {}): PersistentVolume => ({
  apiVersion: 'v1',
  kind: 'PersistentVolume',
  metadata: { name, uid: name, ...more },
  spec: {
    accessModes: ['ReadWriteOnce'],
    capacity: { storage: '1Gi' },
    storageClassName: 'disk',
    persistentVolumeReclaimPolicy: 'Retain',
    ...spec,
  },
  status: { phase: 'Available' },
});

export const ref = (uid = 'data', name = 'data') => ({
  claimRef: { namespace: 'shop', name, ...(uid ? { uid } : {}) },
});

export const storageClass = (more: object = {}): StorageClass => ({
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: { name: 'disk' },
  provisioner: 'example.com/disks',
  volumeBindingMode: 'Immediate',
  ...more,
});
