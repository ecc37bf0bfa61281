import { DEPLOYMENT } from '../../../kube/kinds/deployment.ts';
import type { Deployment } from '../../../kube/kinds/objects.ts';
import { AGE, column, count, NAME } from './columns.ts';
import { SCALE } from './scale.ts';
import { type ServedRow, STATUS } from './servedrow.ts';
import { WORKLOAD, WORKLOAD_DETAILS } from './workload.ts';

export const SERVED_DEPLOYMENT: ServedRow = {
  kind: DEPLOYMENT,
  strategy: WORKLOAD,
  columns: [
    NAME,
    column<Deployment>('Ready', ({ spec, status }) => `${status?.readyReplicas ?? 0}/${spec.replicas ?? 0}`),
    count<Deployment>('Up-to-date', ({ status }) => status?.updatedReplicas ?? 0),
    count<Deployment>('Available', ({ status }) => status?.availableReplicas ?? 0),
    AGE,
    ...WORKLOAD_DETAILS,
  ],
  subresources: [SCALE, STATUS],
};
