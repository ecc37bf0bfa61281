import type { ReplicationController } from '../../../kube/kinds/objects.data.ts';
import { REPLICATION_CONTROLLER } from '../../../kube/kinds/replicationcontroller.ts';
import { formatLabels } from '../../../kube/values/selectors.ts';
import { AGE, count, NAME, none, wide } from './columns.ts';
import type { ServedRow } from './servedrow.ts';
import { STATUS } from './subresource.ts';
import { containersAndImages, WORKLOAD, WORKLOAD_SCALE } from './workload.ts';

export const SERVED_REPLICATION_CONTROLLER: ServedRow = {
  kind: REPLICATION_CONTROLLER,
  strategy: { ...WORKLOAD, propagation: 'Orphan' },
  columns: [
    NAME,
    count<ReplicationController>('Desired', ({ spec }) => spec?.replicas ?? 0),
    count<ReplicationController>('Current', ({ status }) => status?.replicas ?? 0),
    count<ReplicationController>('Ready', ({ status }) => status?.readyReplicas ?? 0),
    AGE,
    ...containersAndImages<ReplicationController>(({ spec }) => spec?.template),
    wide<ReplicationController>('Selector', ({ spec }) => none(formatLabels(spec?.selector))),
  ],
  subresources: [WORKLOAD_SCALE, STATUS],
};
