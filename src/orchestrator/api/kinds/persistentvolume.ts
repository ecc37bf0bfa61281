import { rfc3339 } from '../../../base/clock.ts';
import type { PersistentVolume } from '../../../kube/kinds/objects.data.ts';
import { PERSISTENT_VOLUME } from '../../../kube/kinds/persistentvolume.ts';
import { storageClass } from '../../../kube/kinds/volumes/storageclass.ts';
import { AGE, column, NAME, wide } from './columns.ts';
import type { Strategy } from './kind.ts';
import { PLAIN, type ServedRow } from './servedrow.ts';
import { STATUS } from './subresource.ts';
import { accessModes, orUnset } from './volumecolumns.ts';

/** Kubernetes `pkg/registry/core/persistentvolume/strategy.go`. */
const STRATEGY: Strategy = {
  ...PLAIN,
  status: true,
  prepareForCreate: (object, { clock }) => ({
    ...object,
    status: { phase: 'Pending', lastPhaseTransitionTime: rfc3339(clock.now()) },
  }),
};

export const SERVED_PERSISTENT_VOLUME: ServedRow = {
  kind: PERSISTENT_VOLUME,
  strategy: STRATEGY,
  columns: [
    NAME,
    column<PersistentVolume>('Capacity', ({ spec }) => String(spec?.capacity?.storage ?? 0)),
    column<PersistentVolume>('Access Modes', ({ spec }) => accessModes(spec?.accessModes)),
    column<PersistentVolume>('Reclaim Policy', ({ spec }) => spec?.persistentVolumeReclaimPolicy ?? ''),
    column<PersistentVolume>('Status', ({ metadata, status }) =>
      metadata.deletionTimestamp ? 'Terminating' : (status?.phase ?? ''),
    ),
    column<PersistentVolume>('Claim', ({ spec }) =>
      spec?.claimRef ? `${spec.claimRef.namespace ?? ''}/${spec.claimRef.name ?? ''}` : '',
    ),
    column<PersistentVolume>('StorageClass', storageClass),
    column<PersistentVolume>('VolumeAttributesClass', ({ spec }) => orUnset(spec?.volumeAttributesClassName)),
    column<PersistentVolume>('Reason', ({ status }) => status?.reason ?? ''),
    AGE,
    wide<PersistentVolume>('VolumeMode', ({ spec }) => orUnset(spec?.volumeMode)),
  ],
  subresources: [STATUS],
};
