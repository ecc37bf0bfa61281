import { FLOW_SCHEMA } from '../../../kube/kinds/flowschema.ts';
import type { FlowSchema } from '../../../kube/kinds/objects.data.ts';
import { AGE, column, NAME } from './columns.ts';
import type { ServedRow } from './servedrow.ts';
import { STATUS } from './subresource.ts';
import { WORKLOAD } from './workload.ts';

export const SERVED_FLOW_SCHEMA: ServedRow = {
  kind: FLOW_SCHEMA,
  strategy: WORKLOAD,
  columns: [
    NAME,
    column<FlowSchema>('PriorityLevel', ({ spec }) => spec.priorityLevelConfiguration?.name),
    column<FlowSchema>('MatchingPrecedence', ({ spec }) => spec.matchingPrecedence),
    column<FlowSchema>('DistinguisherMethod', ({ spec }) => spec.distinguisherMethod?.type ?? '<none>'),
    AGE,
    column<FlowSchema>(
      'MissingPL',
      ({ status }) => status?.conditions?.find(({ type }) => type === 'Dangling')?.status ?? '?',
    ),
  ],
  subresources: [STATUS],
};
