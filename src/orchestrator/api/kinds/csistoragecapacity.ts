import { CSI_STORAGE_CAPACITY } from '../../../kube/kinds/csistoragecapacity.ts';
import type { CSIStorageCapacity } from '../../../kube/kinds/objects.data.ts';
import { column, NAME } from './columns.ts';
import { PLAIN, type ServedRow } from './servedrow.ts';

export const SERVED_CSI_STORAGE_CAPACITY: ServedRow = {
  kind: CSI_STORAGE_CAPACITY,
  strategy: PLAIN,
  columns: [
    NAME,
    column<CSIStorageCapacity>('StorageClassName', ({ storageClassName }) => storageClassName),
    column<CSIStorageCapacity>('Capacity', ({ capacity = '<unset>' }) => String(capacity)),
  ],
  subresources: [],
};
