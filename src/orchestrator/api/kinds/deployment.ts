import { DEPLOYMENT } from '../../../kube/kinds/deployment.ts';
import type { Deployment } from '../../../kube/kinds/objects.data.ts';
import { AGE, column, count, NAME } from './columns.ts';
import type { ServedRow } from './servedrow.ts';
import { statusKeeping } from './subresource.ts';
import { WORKLOAD, WORKLOAD_DETAILS, WORKLOAD_SCALE } from './workload.ts';

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
  subresources: [WORKLOAD_SCALE, statusKeeping(['metadata', 'labels'])],
};
