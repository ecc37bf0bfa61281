import type { KubeClient } from '../../kube/client/client.ts';
import {
  CLUSTER_ROLE_BINDINGS,
  CLUSTER_ROLES,
  ROLE_BINDINGS,
  ROLES,
} from '../../kube/kinds/resources.data.ts';
import { type DefaultPolicy, defaultPolicy } from './auth/rbac/defaultpolicy.ts';
import { reconcileBinding, reconcileRole } from './auth/rbac/reconcile.ts';
import { ensure } from './ensure.ts';

/**
 * The roles and bindings that every cluster has: created, or brought back to what they have at least (kube-apiserver
 * `pkg/registry/rbac/rest/storage_rbac.go`, ensureRBACPolicy).
 */
export async function ensureDefaultRoles(
  client: KubeClient,
  policy: DefaultPolicy = defaultPolicy(),
): Promise<void> {
  const { clusterRoles, clusterRoleBindings, roles, roleBindings } = policy;
  await Promise.all([
    ...clusterRoles.map((wanted) =>
      ensure(client, { resource: CLUSTER_ROLES, wanted, reconcile: reconcileRole }),
    ),
    ...clusterRoleBindings.map((wanted) =>
      ensure(client, { resource: CLUSTER_ROLE_BINDINGS, wanted, reconcile: reconcileBinding }),
    ),
    ...roles.map((wanted) => ensure(client, { resource: ROLES, wanted, reconcile: reconcileRole })),
    ...roleBindings.map((wanted) =>
      ensure(client, { resource: ROLE_BINDINGS, wanted, reconcile: reconcileBinding }),
    ),
  ]);
}
