import { createAuthorization } from '../../../src/orchestrator/api/auth/authorizer.ts';
import type { Referring } from '../../../src/orchestrator/api/auth/nodeauthorizer.ts';
import { defaultPolicy } from '../../../src/orchestrator/api/auth/rbac/defaultpolicy.ts';
import { createRbacIndex, type RbacIndex } from '../../../src/orchestrator/api/auth/rbac/index.ts';

/** Knows the default roles and bindings, without a store that holds them. */
export function defaultIndex(): RbacIndex {
  const index = createRbacIndex();
  const { clusterRoles, clusterRoleBindings } = defaultPolicy();
  const keyOf = (object: { metadata: { name?: string } }) => ({ name: object.metadata.name ?? '' });
  for (const role of clusterRoles) index.set('clusterroles', keyOf(role), role);
  for (const binding of clusterRoleBindings) index.set('clusterrolebindings', keyOf(binding), binding);
  return index;
}

const NOTHING: Referring = {
  pods: () => [],
  ingresses: () => [],
  gateways: () => [],
  grants: () => [],
  hasPolicies: () => false,
};

export const testAuthorization = (referring: Partial<Referring> = {}) =>
  createAuthorization({ ...NOTHING, ...referring }, defaultIndex());

export const createAuthorizer = (referring?: Partial<Referring>) => testAuthorization(referring).authorize;
