import { VALIDATING_WEBHOOK_CONFIGURATIONS } from './resources.data.ts';
import { type KindRow, noRules } from './row.ts';

export const VALIDATING_WEBHOOK_CONFIGURATION: KindRow = {
  resource: VALIDATING_WEBHOOK_CONFIGURATIONS,
  applyOrder: 320,
  validate: noRules,
};
