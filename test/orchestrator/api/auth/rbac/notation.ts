import type { KubeClient, User } from '../../../../../src/kube/client/client.ts';
import type { PolicyRule } from '../../../../../src/kube/kinds/objects.data.ts';
import {
  CLUSTER_ROLE_BINDINGS,
  CLUSTER_ROLES,
  ROLE_BINDINGS,
  ROLES,
} from '../../../../../src/kube/kinds/resources.data.ts';
import { allow } from '../../../../../src/orchestrator/api/auth/rbac/defaultpolicy.data.ts';

export const person = (name: string, ...groups: string[]): User => ({
  name,
  groups: [...groups, 'system:authenticated'],
});

/** `get,list pods,pods/log`, `* apps:deployments`, `get core:pods a`: verbs, resources of one group, a name. */
export function rule(text: string): PolicyRule {
  const [verbs = '', what = '', name = ''] = text.split(' ');
  const [group = '', resources = ''] = what.includes(':') ? what.split(':') : ['core', what];
  return allow(verbs.replaceAll(',', ' '), group, resources.replaceAll(',', ' '), name);
}

const VERSION = 'rbac.authorization.k8s.io/v1';
const GROUP = 'rbac.authorization.k8s.io';

/** A ClusterRole, or a Role where a namespace is given. */
export const role = (name: string, rules: readonly string[], namespace?: string) => ({
  apiVersion: VERSION,
  kind: namespace === undefined ? 'ClusterRole' : 'Role',
  metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
  rules: rules.map(rule),
});

/** `ClusterRole edit` to `User ann`, `Group ops` or `ServiceAccount shop/robot`; in a namespace, or in the whole cluster. */
export function binding(name: string, to: string, whom: string, namespace?: string) {
  const [kind = '', ref = ''] = to.split(' ');
  const [type = '', named = ''] = whom.split(' ');
  const [home = '', account = ''] = named.split('/');
  const subject =
    type === 'ServiceAccount'
      ? { kind: type, name: account, namespace: home }
      : { kind: type, name: named, apiGroup: GROUP };
  return {
    apiVersion: VERSION,
    kind: namespace === undefined ? 'ClusterRoleBinding' : 'RoleBinding',
    metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
    roleRef: { apiGroup: GROUP, kind, name: ref },
    subjects: [subject],
  };
}

type Written = ReturnType<typeof role> | ReturnType<typeof binding>;

const RESOURCES = {
  ClusterRole: CLUSTER_ROLES,
  Role: ROLES,
  ClusterRoleBinding: CLUSTER_ROLE_BINDINGS,
  RoleBinding: ROLE_BINDINGS,
};
export const resourceOf = ({ kind }: { readonly kind: string }) => RESOURCES[kind as keyof typeof RESOURCES];

export async function write(client: KubeClient, ...objects: readonly Written[]): Promise<void> {
  for (const object of objects) await client.create(resourceOf(object), object);
}

/** Gives a user rules in the whole cluster, or in a namespace. */
export const give = (client: KubeClient, name: string, rules: readonly string[], namespace?: string) =>
  write(
    client,
    role(`of-${name}`, rules, namespace),
    binding(
      `of-${name}`,
      `${namespace === undefined ? 'ClusterRole' : 'Role'} of-${name}`,
      `User ${name}`,
      namespace,
    ),
  );
