import type { ReplicaSet } from '../../../kube/kinds/objects.data.ts';
import { REPLICA_SET } from '../../../kube/kinds/replicaset.ts';
import { AGE, count, NAME } from './columns.ts';
import type { ServedRow } from './servedrow.ts';
import { STATUS } from './subresource.ts';
import { WORKLOAD, WORKLOAD_DETAILS, WORKLOAD_SCALE } from './workload.ts';

export const SERVED_REPLICA_SET: ServedRow = {
  kind: REPLICA_SET,
  strategy: WORKLOAD,
  columns: [
    NAME,
    count<ReplicaSet>('Desired', ({ spec }) => spec.replicas ?? 0),
    count<ReplicaSet>('Current', ({ status }) => status?.replicas ?? 0),
    count<ReplicaSet>('Ready', ({ status }) => status?.readyReplicas ?? 0),
    AGE,
    ...WORKLOAD_DETAILS,
  ],
  subresources: [WORKLOAD_SCALE, STATUS],
};
