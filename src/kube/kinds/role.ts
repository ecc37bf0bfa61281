import { pathSegment } from './checks/rbac.ts';
import { ROLES } from './resources.data.ts';
import { type KindRow, noRules } from './row.ts';

export const ROLE: KindRow = {
  resource: ROLES,
  applyOrder: 160,
  validate: noRules,
  checkName: pathSegment,
};
