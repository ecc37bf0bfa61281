import type { PersistentVolumeClaim, PersistentVolumeClaimSpec } from '../../../kube/kinds/objects.data.ts';
import { PERSISTENT_VOLUME_CLAIM } from '../../../kube/kinds/persistentvolumeclaim.ts';
import { storageClass } from '../../../kube/kinds/volumes/storageclass.ts';
import type { KubeObject } from '../../../kube/values/types.ts';
import { AGE, column, NAME, wide } from './columns.ts';
import type { Strategy } from './kind.ts';
import { PLAIN, type ServedRow } from './servedrow.ts';
import { STATUS } from './subresource.ts';
import { accessModes, orUnset } from './volumecolumns.ts';

/** Kubernetes `pkg/registry/core/persistentvolumeclaim/strategy.go`. */
const STRATEGY: Strategy = {
  ...PLAIN,
  status: true,
  prepareForCreate: (object) => ({
    ...withDataSources(withKnownSource(object, undefined)),
    status: { phase: 'Pending' },
  }),
  prepareForUpdate: (object, live) => withDataSources(withKnownSource(object, live)),
};

export const SERVED_PERSISTENT_VOLUME_CLAIM: ServedRow = {
  kind: PERSISTENT_VOLUME_CLAIM,
  strategy: STRATEGY,
  columns: [
    NAME,
    column<PersistentVolumeClaim>('Status', ({ metadata, status }) =>
      metadata.deletionTimestamp ? 'Terminating' : (status?.phase ?? ''),
    ),
    column<PersistentVolumeClaim>('Volume', ({ spec }) => spec?.volumeName ?? ''),
    column<PersistentVolumeClaim>('Capacity', ({ spec, status }) =>
      spec?.volumeName ? String(status?.capacity?.storage ?? 0) : '',
    ),
    column<PersistentVolumeClaim>('Access Modes', ({ spec, status }) =>
      spec?.volumeName ? accessModes(status?.accessModes) : '',
    ),
    column<PersistentVolumeClaim>('StorageClass', storageClass),
    column<PersistentVolumeClaim>('VolumeAttributesClass', ({ spec }) =>
      orUnset(spec?.volumeAttributesClassName),
    ),
    AGE,
    wide<PersistentVolumeClaim>('VolumeMode', ({ spec }) => orUnset(spec?.volumeMode)),
  ],
  subresources: [STATUS],
};

/**
 * Sources that are neither a claim nor a snapshot are named by `dataSourceRef` alone; before that was there they were dropped, and still are
 * where no such source is in use (`EnforceDataSourceBackwardsCompatibility`).
 */
function withKnownSource(object: KubeObject, live: KubeObject | undefined): KubeObject {
  const { spec } = object as PersistentVolumeClaim;
  const before = (live as PersistentVolumeClaim | undefined)?.spec;
  const { dataSource, dataSourceRef } = spec ?? {};
  if (!dataSource || dataSourceRef || before?.dataSource || before?.dataSourceRef) return object;
  const { apiGroup = '', kind } = dataSource;
  const isKnown = KNOWN_SOURCES.includes(`${apiGroup}/${kind}`);
  if (isKnown) return object;
  const { dataSource: _, ...rest } = spec as PersistentVolumeClaimSpec;
  return { ...object, spec: rest };
}

const KNOWN_SOURCES = ['/PersistentVolumeClaim', 'snapshot.storage.k8s.io/VolumeSnapshot'];

/** Old and new name of the same: each fills in for the other (KEP-1495, `pkg/api/persistentvolumeclaim` NormalizeDataSources). */
function withDataSources(object: KubeObject): KubeObject {
  const { spec } = object as PersistentVolumeClaim;
  const filled = spec && dataSources(spec);
  return filled ? { ...object, spec: { ...spec, ...filled } } : object;
}

function dataSources({
  dataSource,
  dataSourceRef,
}: PersistentVolumeClaimSpec): Partial<PersistentVolumeClaimSpec> | undefined {
  if (dataSource && !dataSourceRef) return { dataSourceRef: dataSource };
  if (!dataSourceRef || dataSource || dataSourceRef.namespace) return undefined;
  const { namespace: _, ...local } = dataSourceRef;
  return { dataSource: local };
}
