import { pathSegment, validateClusterRole } from './checks/rbac.ts';
import { CLUSTER_ROLES } from './resources.data.ts';
import type { KindRow } from './row.ts';

export const CLUSTER_ROLE: KindRow = {
  resource: CLUSTER_ROLES,
  applyOrder: 140,
  validate: validateClusterRole,
  checkName: pathSegment,
};
