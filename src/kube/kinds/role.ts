import { pathSegment, validateRole } from './checks/rbac.ts';
import { ROLES } from './resources.data.ts';
import type { KindRow } from './row.ts';

export const ROLE: KindRow = {
  resource: ROLES,
  applyOrder: 160,
  validate: validateRole,
  checkName: pathSegment,
};
