import type { StorageClass } from '../../../kube/kinds/objects.data.ts';
import { STORAGE_CLASS } from '../../../kube/kinds/storageclass.ts';
import { IS_DEFAULT_CLASS } from '../../../kube/kinds/volumes/storageclass.ts';
import { AGE, column } from './columns.ts';
import { PLAIN, type ServedRow } from './servedrow.ts';

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
  const isDefault = IS_DEFAULT_CLASS.some((key) => metadata.annotations?.[key] === 'true');
  return `${metadata.name}${isDefault ? ' (default)' : ''}`;
}
