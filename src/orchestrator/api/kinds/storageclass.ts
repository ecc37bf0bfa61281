import type { StorageClass } from '../../../kube/kinds/objects.data.ts';
import { STORAGE_CLASS } from '../../../kube/kinds/storageclass.ts';
import { AGE, column } from './columns.ts';
import { PLAIN, type ServedRow } from './servedrow.ts';

/** Of the class that claims without one get (the older one is still read). */
const IS_DEFAULT = [
  'storageclass.kubernetes.io/is-default-class',
  'storageclass.beta.kubernetes.io/is-default-class',
];

export const SERVED_STORAGE_CLASS: ServedRow = {
  kind: STORAGE_CLASS,
  strategy: PLAIN,
  columns: [
    column<StorageClass>('Name', nameAndDefault, { format: 'name' }),
    column<StorageClass>('Provisioner', ({ provisioner }) => provisioner),
    column<StorageClass>('ReclaimPolicy', ({ reclaimPolicy }) => reclaimPolicy),
    column<StorageClass>('VolumeBindingMode', ({ volumeBindingMode }) => volumeBindingMode),
    column<StorageClass>('AllowVolumeExpansion', ({ allowVolumeExpansion = false }) => allowVolumeExpansion),
    AGE,
  ],
  subresources: [],
};

function nameAndDefault({ metadata }: StorageClass): string {
  const isDefault = IS_DEFAULT.some((key) => metadata.annotations?.[key] === 'true');
  return `${metadata.name}${isDefault ? ' (default)' : ''}`;
}
