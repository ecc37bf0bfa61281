import { LIMIT_RANGES } from './resources.data.ts';
import { type KindRow, noRules } from './row.ts';

export const LIMIT_RANGE: KindRow = {
  resource: LIMIT_RANGES,
  applyOrder: 50,
  validate: noRules,
};
