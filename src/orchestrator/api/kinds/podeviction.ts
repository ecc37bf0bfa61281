import { isObject } from '../../../kube/values/equal.ts';
import type { DeleteParameters } from '../types.ts';
import type { ActionRow } from './kind.ts';

/** Eviction is a deletion that disruption budgets may refuse; there are none yet. */
export const EVICTION: ActionRow = {
  type: 'action',
  name: 'eviction',
  verbs: ['create'],
  kind: { group: 'policy', version: 'v1', kind: 'Eviction' },
  act: (_pod, { deleteOptions }) => ({
    type: 'delete',
    parameters: (isObject(deleteOptions) ? deleteOptions : {}) as DeleteParameters,
  }),
};
