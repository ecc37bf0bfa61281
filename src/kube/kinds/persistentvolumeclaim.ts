import { PERSISTENT_VOLUME_CLAIMS } from './resources.data.ts';
import { type KindRow, noRules } from './row.ts';

export const PERSISTENT_VOLUME_CLAIM: KindRow = {
  resource: PERSISTENT_VOLUME_CLAIMS,
  applyOrder: 120,
  validate: noRules,
  defaults: {
    'core.v1.PersistentVolumeClaimSpec': { members: { volumeMode: 'Filesystem' } },
    'core.v1.PersistentVolumeClaimStatus': { members: { phase: 'Pending' } },
  },
  isNeverPruned: true,
};
