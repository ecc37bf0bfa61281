import type { KubeClient } from '../../kube/client/client.ts';
import {
  CLUSTER_ROLE_BINDINGS,
  CLUSTER_ROLES,
  ROLE_BINDINGS,
  ROLES,
} from '../../kube/kinds/resources.data.ts';
import { isAlreadyExists, isConflict, isNotFound, notFoundAsUndefined } from '../../kube/values/status.ts';
import type { KubeObject, Resource } from '../../kube/values/types.ts';
import { type DefaultPolicy, defaultPolicy } from './auth/rbac/defaultpolicy.ts';
import { type Reconciled, reconcileBinding, reconcileRole } from './auth/rbac/reconcile.ts';

const ATTEMPTS = 5;

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
    ...clusterRoles.map((role) => ensure(client, CLUSTER_ROLES, role, reconcileRole)),
    ...clusterRoleBindings.map((binding) => ensure(client, CLUSTER_ROLE_BINDINGS, binding, reconcileBinding)),
    ...roles.map((role) => ensure(client, ROLES, role, reconcileRole)),
    ...roleBindings.map((binding) => ensure(client, ROLE_BINDINGS, binding, reconcileBinding)),
  ]);
}

/** Others may write the object meanwhile: then it is looked at again. */
async function ensure<T extends KubeObject>(
  client: KubeClient,
  resource: Resource<T>,
  wanted: T,
  reconcile: (live: T, wanted: T) => Reconciled<T>,
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await ensureOnce(client, resource, wanted, reconcile);
    } catch (error) {
      const isRaced = isAlreadyExists(error) || isConflict(error) || isNotFound(error);
      if (!isRaced || attempt === ATTEMPTS) throw error;
    }
  }
}

async function ensureOnce<T extends KubeObject>(
  client: KubeClient,
  resource: Resource<T>,
  wanted: T,
  reconcile: (live: T, wanted: T) => Reconciled<T>,
): Promise<void> {
  const { namespace, name = '' } = wanted.metadata;
  const key = { name, ...(namespace === undefined ? {} : { namespace }) };
  const live = await client.get(resource, key).catch(notFoundAsUndefined);
  const decision = live && reconcile(live, wanted);
  if (decision?.type === 'keep') return;
  if (decision?.type === 'update') {
    await client.update(resource, decision.object);
    return;
  }
  if (decision?.type === 'recreate') await client.delete(resource, key);
  await client.create(resource, wanted);
}
