import { PRIORITY_CLASSES } from './resources.data.ts';
import { type KindRow, noRules } from './row.ts';

export const PRIORITY_CLASS: KindRow = {
  resource: PRIORITY_CLASSES,
  applyOrder: 10,
  validate: noRules,
  defaults: { 'scheduling.v1.PriorityClass': { members: { preemptionPolicy: 'PreemptLowerPriority' } } },
};
