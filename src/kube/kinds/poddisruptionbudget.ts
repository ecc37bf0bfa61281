import { POD_DISRUPTION_BUDGETS } from './resources.data.ts';
import { type KindRow, noRules } from './row.ts';

export const POD_DISRUPTION_BUDGET: KindRow = {
  resource: POD_DISRUPTION_BUDGETS,
  applyOrder: 60,
  validate: noRules,
};
