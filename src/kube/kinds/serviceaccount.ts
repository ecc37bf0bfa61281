import { SERVICE_ACCOUNTS } from './resources.data.ts';
import { type KindRow, noRules } from './row.ts';

export const SERVICE_ACCOUNT: KindRow = {
  resource: SERVICE_ACCOUNTS,
  applyOrder: 70,
  validate: noRules,
};
