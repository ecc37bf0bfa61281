import { pathSegment, validateClusterRoleBinding } from './checks/rbac.ts';
import { CLUSTER_ROLE_BINDINGS } from './resources.data.ts';
import type { KindRow } from './row.ts';

export const CLUSTER_ROLE_BINDING: KindRow = {
  resource: CLUSTER_ROLE_BINDINGS,
  applyOrder: 150,
  validate: validateClusterRoleBinding,
  checkName: pathSegment,
  recreatable: ['roleRef'],
};
