import type {
  ClusterRole,
  ClusterRoleBinding,
  PolicyRule,
  Role,
  RoleBinding,
  Subject,
} from '../../../../kube/kinds/objects.data.ts';
import type { WorkerRule } from '../rules.ts';
import { WORKERS } from '../workers.data.ts';
import { isKnownOutside } from '../workers.ts';
import {
  CLUSTER_ROLE_BINDINGS,
  CLUSTER_ROLES,
  type DefaultRole,
  JOINING_BINDINGS,
  NAMESPACE_ROLES,
} from './defaultpolicy.data.ts';

/** The objects that every cluster has, as they are created. */
export interface DefaultPolicy {
  readonly clusterRoles: readonly ClusterRole[];
  readonly clusterRoleBindings: readonly ClusterRoleBinding[];
  readonly roles: readonly Role[];
  readonly roleBindings: readonly RoleBinding[];
}

const GROUP = 'rbac.authorization.k8s.io';
const VERSION = `${GROUP}/v1`;
/** At start, such objects get back what they lack, unless somebody has set it to `false`. */
export const AUTOUPDATE = 'rbac.authorization.kubernetes.io/autoupdate';
const ACCOUNT = 'system:serviceaccount:kube-system:';

export function defaultPolicy(): DefaultPolicy {
  const workers = Object.entries(WORKERS).filter(([name]) => isKnownOutside(name));
  return {
    clusterRoles: [
      ...Object.entries(CLUSTER_ROLES).map(([name, role]) => clusterRole(name, role)),
      ...workers.map(([name, rules]) => clusterRole(roleOf(name), { rules: rules.flatMap(clusterWide) })),
    ],
    clusterRoleBindings: [
      ...Object.entries(CLUSTER_ROLE_BINDINGS).map(([name, subjects]) => clusterBinding(name, subjects)),
      ...JOINING_BINDINGS.map(({ name, role, subjects }) => clusterBinding(name, subjects, role)),
      ...workers.map(([name]) => clusterBinding(roleOf(name), [subjectOf(name)])),
    ],
    roles: NAMESPACE_ROLES.map(({ namespace, name, rules }) => ({
      apiVersion: VERSION,
      kind: 'Role',
      metadata: metadata(name, { namespace }),
      rules,
    })),
    roleBindings: NAMESPACE_ROLES.map(({ namespace, name, binding, subjects }) => ({
      apiVersion: VERSION,
      kind: 'RoleBinding',
      metadata: metadata(binding, { namespace }),
      roleRef: { apiGroup: GROUP, kind: 'Role', name },
      subjects: subjects.map(subject),
    })),
  };
}

function clusterRole(name: string, { rules, aggregates, gathers }: DefaultRole): ClusterRole {
  const labels = aggregates === undefined ? {} : { [aggregateTo(aggregates)]: 'true' };
  return {
    apiVersion: VERSION,
    kind: 'ClusterRole',
    metadata: metadata(name, { labels }),
    ...(rules ? { rules } : {}),
    ...(gathers === undefined
      ? {}
      : { aggregationRule: { clusterRoleSelectors: [{ matchLabels: { [aggregateTo(gathers)]: 'true' } }] } }),
  };
}

const aggregateTo = (role: string) => `${GROUP}/aggregate-to-${role}`;

const clusterBinding = (name: string, subjects: readonly string[], role = name): ClusterRoleBinding => ({
  apiVersion: VERSION,
  kind: 'ClusterRoleBinding',
  metadata: metadata(name, {}),
  roleRef: { apiGroup: GROUP, kind: 'ClusterRole', name: role },
  ...(subjects.length > 0 ? { subjects: subjects.map(subject) } : {}),
});

function subject(text: string): Subject {
  const [kind = '', named = ''] = text.split(' ');
  if (kind !== 'ServiceAccount') return { apiGroup: GROUP, kind, name: named };
  const [namespace = '', name = ''] = named.split('/');
  return { kind, name, namespace };
}

function metadata(
  name: string,
  {
    namespace,
    labels = {},
  }: { readonly namespace?: string; readonly labels?: Readonly<Record<string, string>> },
) {
  return {
    name,
    ...(namespace === undefined ? {} : { namespace }),
    labels: { 'kubernetes.io/bootstrapping': 'rbac-defaults', ...labels },
    annotations: { [AUTOUPDATE]: 'true' },
  };
}

/** `system:controller:deployment-controller` for the service account of that name, else the user's own. */
const roleOf = (user: string): string =>
  user.startsWith(ACCOUNT) ? `system:controller:${user.slice(ACCOUNT.length)}` : user;

const subjectOf = (user: string): string =>
  user.startsWith(ACCOUNT) ? `ServiceAccount kube-system/${user.slice(ACCOUNT.length)}` : `User ${user}`;

/** A worker's rule as one of a ClusterRole; none where that could not say as little. */
function clusterWide({ verbs, resources, namespaces, names = [] }: WorkerRule): readonly PolicyRule[] {
  if (namespaces || names.some((name) => name.endsWith('*'))) return [];
  const found = resources.map(groupAndResource);
  const groups = [...new Set(found.map(([group]) => group))];
  return groups.map((group) => ({
    apiGroups: [group],
    resources: found.filter((one) => one[0] === group).map(([, resource]) => resource),
    ...(names.length > 0 ? { resourceNames: names } : {}),
    verbs,
  }));
}

/** `apps/deployments/scale` as a group and a resource; groups have a dot in their name, or are one of the four that are older. */
function groupAndResource(resource: string): readonly [group: string, resource: string] {
  if (resource.startsWith('*')) return ['*', resource];
  const slash = resource.indexOf('/');
  const first = resource.slice(0, Math.max(slash, 0));
  const isGroup = first.includes('.') || ['apps', 'autoscaling', 'batch', 'policy'].includes(first);
  return isGroup ? [first, resource.slice(slash + 1)] : ['', resource];
}
