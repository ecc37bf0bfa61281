import type { IntOrString, PodDisruptionBudget } from '../../../kube/kinds/objects.data.ts';
import { POD_DISRUPTION_BUDGET } from '../../../kube/kinds/poddisruptionbudget.ts';
import { AGE, column, count, NAME } from './columns.ts';
import type { ServedRow } from './servedrow.ts';
import { STATUS } from './subresource.ts';
import { WORKLOAD } from './workload.ts';

export const SERVED_POD_DISRUPTION_BUDGET: ServedRow = {
  kind: POD_DISRUPTION_BUDGET,
  strategy: WORKLOAD,
  columns: [
    NAME,
    column<PodDisruptionBudget>('Min Available', ({ spec }) => orNone(spec?.minAvailable)),
    column<PodDisruptionBudget>('Max Unavailable', ({ spec }) => orNone(spec?.maxUnavailable)),
    count<PodDisruptionBudget>('Allowed Disruptions', ({ status }) => status?.disruptionsAllowed ?? 0),
    AGE,
  ],
  subresources: [STATUS],
};

const orNone = (value: IntOrString | undefined): string => (value === undefined ? 'N/A' : String(value));
