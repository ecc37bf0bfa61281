import { pathSegment, RBAC_GROUP, validateRoleBinding } from './checks/rbac.ts';
import { ROLE_BINDINGS } from './resources.data.ts';
import type { KindRow } from './row.ts';

export const ROLE_BINDING: KindRow = {
  resource: ROLE_BINDINGS,
  applyOrder: 170,
  validate: validateRoleBinding,
  checkName: pathSegment,
  // Of ClusterRoleBinding, too: the types are shared.
  defaults: {
    'rbac.v1.RoleRef': { members: { apiGroup: RBAC_GROUP } },
    'rbac.v1.Subject': {
      members: {
        apiGroup: (self) => (self.kind === 'User' || self.kind === 'Group' ? RBAC_GROUP : undefined),
      },
    },
  },
  recreatable: ['roleRef'],
};
