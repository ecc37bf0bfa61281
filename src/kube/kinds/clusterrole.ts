import { pathSegment } from './checks/rbac.ts';
import { CLUSTER_ROLES } from './resources.data.ts';
import { type KindRow, noRules } from './row.ts';

export const CLUSTER_ROLE: KindRow = {
  resource: CLUSTER_ROLES,
  applyOrder: 140,
  validate: noRules,
  checkName: pathSegment,
};
