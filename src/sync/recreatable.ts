import { gvkOf, type KubeObject } from '../kube/types.ts';

/**
 * Immutable fields whose change is carried out by deleting and making the object anew. What is not listed is refused,
 * because the deletion would lose something: a claim its data, a namespace everything. Prefixes of the server's field paths.
 */
const RECREATABLE: Readonly<Record<string, readonly string[]>> = {
  'apps/Deployment': ['spec.selector'],
  'apps/DaemonSet': ['spec.selector'],
  'apps/ReplicaSet': ['spec.selector'],
  'batch/Job': ['spec.template', 'spec.selector', 'spec.completions', 'spec.completionMode'],
  '/ConfigMap': ['data', 'binaryData', 'immutable'],
  '/Secret': ['data', 'stringData', 'type', 'immutable'],
  '/Service': ['spec.clusterIP', 'spec.clusterIPs'],
  '/Pod': ['spec'],
  'rbac.authorization.k8s.io/RoleBinding': ['roleRef'],
  'rbac.authorization.k8s.io/ClusterRoleBinding': ['roleRef'],
};

/** True when every one of the fields may be changed by recreating the object. */
export function recreatable(object: KubeObject, fields: readonly string[]): boolean {
  const { group, kind } = gvkOf(object);
  const allowed = RECREATABLE[`${group}/${kind}`] ?? [];
  return (
    fields.length > 0 &&
    fields.every((field) => allowed.some((prefix) => field === prefix || field.startsWith(`${prefix}.`)))
  );
}
