import { PERSISTENT_VOLUMES } from './resources.data.ts';
import { type KindRow, noRules } from './row.ts';

export const PERSISTENT_VOLUME: KindRow = {
  resource: PERSISTENT_VOLUMES,
  applyOrder: 110,
  validate: noRules,
  defaults: {
    'core.v1.PersistentVolumeSpec': {
      members: { persistentVolumeReclaimPolicy: 'Retain', volumeMode: 'Filesystem' },
    },
    'core.v1.PersistentVolumeStatus': { members: { phase: 'Pending' } },
  },
  isNeverPruned: true,
};
