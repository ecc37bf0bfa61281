import type { StatefulSet } from '../../../kube/kinds/objects.data.ts';
import { STATEFUL_SET } from '../../../kube/kinds/statefulset.ts';
import { AGE, column, NAME } from './columns.ts';
import type { ServedRow } from './servedrow.ts';
import { STATUS } from './subresource.ts';
import { containersAndImages, WORKLOAD, WORKLOAD_SCALE } from './workload.ts';

export const SERVED_STATEFUL_SET: ServedRow = {
  kind: STATEFUL_SET,
  strategy: WORKLOAD,
  columns: [
    NAME,
    column<StatefulSet>(
      'Ready',
      ({ spec, status }) => `${status?.readyReplicas ?? 0}/${spec?.replicas ?? 0}`,
    ),
    AGE,
    ...containersAndImages<StatefulSet>(({ spec }) => spec?.template),
  ],
  subresources: [WORKLOAD_SCALE, STATUS],
};
