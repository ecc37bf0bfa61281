import { CSI_DRIVERS } from './resources.data.ts';
import { APPLIED_WITH_OTHERS, type KindRow, noRules } from './row.ts';

export const CSI_DRIVER: KindRow = {
  resource: CSI_DRIVERS,
  applyOrder: APPLIED_WITH_OTHERS,
  validate: noRules,
  defaults: {
    'storage.v1.CSIDriverSpec': {
      members: {
        attachRequired: true,
        podInfoOnMount: false,
        storageCapacity: false,
        fsGroupPolicy: 'ReadWriteOnceWithFSType',
        volumeLifecycleModes: ['Persistent'],
        requiresRepublish: false,
        seLinuxMount: false,
      },
    },
  },
};
