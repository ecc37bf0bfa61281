import { RESOURCE_QUOTAS } from './resources.data.ts';
import { type KindRow, noRules } from './row.ts';

export const RESOURCE_QUOTA: KindRow = {
  resource: RESOURCE_QUOTAS,
  applyOrder: 40,
  validate: noRules,
};
