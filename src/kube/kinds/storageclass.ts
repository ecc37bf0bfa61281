import { STORAGE_CLASSES } from './resources.data.ts';
import { type KindRow, noRules } from './row.ts';

export const STORAGE_CLASS: KindRow = {
  resource: STORAGE_CLASSES,
  applyOrder: 100,
  validate: noRules,
  defaults: {
    'storage.v1.StorageClass': { members: { reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate' } },
  },
};
