import { MUTATING_WEBHOOK_CONFIGURATIONS } from './resources.data.ts';
import { type KindRow, noRules } from './row.ts';

export const MUTATING_WEBHOOK_CONFIGURATION: KindRow = {
  resource: MUTATING_WEBHOOK_CONFIGURATIONS,
  applyOrder: 310,
  validate: noRules,
};
