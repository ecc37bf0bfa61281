import type { PriorityLevelConfiguration } from '../../../kube/kinds/objects.data.ts';
import { PRIORITY_LEVEL_CONFIGURATION } from '../../../kube/kinds/prioritylevelconfiguration.ts';
import { AGE, column, NAME } from './columns.ts';
import type { ServedRow } from './servedrow.ts';
import { STATUS } from './subresource.ts';
import { WORKLOAD } from './workload.ts';

export const SERVED_PRIORITY_LEVEL_CONFIGURATION: ServedRow = {
  kind: PRIORITY_LEVEL_CONFIGURATION,
  strategy: WORKLOAD,
  columns: [
    NAME,
    column<PriorityLevelConfiguration>('Type', ({ spec }) => spec.type),
    column<PriorityLevelConfiguration>(
      'NominalConcurrencyShares',
      ({ spec }) => spec.limited?.nominalConcurrencyShares ?? '<none>',
    ),
    column<PriorityLevelConfiguration>('Queues', (level) => queuing(level)?.queues ?? '<none>'),
    column<PriorityLevelConfiguration>('HandSize', (level) => queuing(level)?.handSize ?? '<none>'),
    column<PriorityLevelConfiguration>(
      'QueueLengthLimit',
      (level) => queuing(level)?.queueLengthLimit ?? '<none>',
    ),
    AGE,
  ],
  subresources: [STATUS],
};

const queuing = ({ spec }: PriorityLevelConfiguration) => spec.limited?.limitResponse?.queuing;
