import type { PriorityClass } from '../../../kube/kinds/objects.data.ts';
import { PRIORITY_CLASS, SYSTEM_PRIORITIES } from '../../../kube/kinds/priorityclass.ts';
import { AGE, column, count, flag, NAME } from './columns.ts';
import { PLAIN, type ServedRow } from './servedrow.ts';

export const SERVED_PRIORITY_CLASS: ServedRow = {
  kind: PRIORITY_CLASS,
  strategy: {
    ...PLAIN,
    generation: true,
    refusesDeletion: ({ metadata }) =>
      Object.hasOwn(SYSTEM_PRIORITIES, metadata.name ?? '')
        ? 'this is a system priority class and cannot be deleted'
        : undefined,
  },
  columns: [
    NAME,
    count<PriorityClass>('Value', ({ value }) => value),
    flag<PriorityClass>('Global-Default', ({ globalDefault = false }) => globalDefault),
    AGE,
    column<PriorityClass>('PreemptionPolicy', ({ preemptionPolicy }) => preemptionPolicy),
  ],
  subresources: [],
};
