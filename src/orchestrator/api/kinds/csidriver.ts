import { CSI_DRIVER } from '../../../kube/kinds/csidriver.ts';
import type { CSIDriver } from '../../../kube/kinds/objects.data.ts';
import { AGE, column, flag, NAME, none } from './columns.ts';
import { PLAIN, type ServedRow } from './servedrow.ts';

export const SERVED_CSI_DRIVER: ServedRow = {
  kind: CSI_DRIVER,
  strategy: PLAIN,
  columns: [
    NAME,
    flag<CSIDriver>('AttachRequired', ({ spec }) => spec.attachRequired ?? true),
    flag<CSIDriver>('PodInfoOnMount', ({ spec }) => spec.podInfoOnMount ?? false),
    flag<CSIDriver>('StorageCapacity', ({ spec }) => spec.storageCapacity ?? false),
    column<CSIDriver>(
      'TokenRequests',
      ({ spec }) => spec.tokenRequests?.map(({ audience }) => audience).join(',') ?? '<unset>',
    ),
    flag<CSIDriver>('RequiresRepublish', ({ spec }) => spec.requiresRepublish ?? false),
    column<CSIDriver>('Modes', ({ spec }) => none(spec.volumeLifecycleModes?.join(','))),
    AGE,
  ],
  subresources: [],
};
