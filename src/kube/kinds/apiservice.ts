import { API_SERVICES } from './resources.data.ts';
import { type KindRow, noRules } from './row.ts';

export const API_SERVICE: KindRow = {
  resource: API_SERVICES,
  applyOrder: 300,
  validate: noRules,
};
