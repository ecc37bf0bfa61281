import type { Problem } from '../../base/errors.ts';
import { formatRef, gvkOf, type KubeObject } from '../../kube/values/types.ts';
import type { Step } from './types.ts';

/**
 * Immutable fields whose change is carried out by deleting and making the object anew. What is not listed is refused,
 * because the deletion would lose something: a claim its data, a namespace everything. Prefixes of the server's field paths.
 */
export const RECREATABLE: Readonly<Record<string, readonly string[]>> = {
  'apps/Deployment': ['spec.selector'],
  'apps/DaemonSet': ['spec.selector'],
  'apps/ReplicaSet': ['spec.selector'],
  'batch/Job': ['spec.template', 'spec.selector', 'spec.completions', 'spec.completionMode'],
  '/ConfigMap': ['data', 'binaryData', 'immutable'],
  '/Secret': ['data', 'type', 'immutable'],
  '/Service': ['spec.clusterIPs'],
  '/Pod': ['spec'],
  'rbac.authorization.k8s.io/RoleBinding': ['roleRef'],
  'rbac.authorization.k8s.io/ClusterRoleBinding': ['roleRef'],
};

/** Kinds whose pods serve: between the deletion of the old and the readiness of the new nobody does. */
const SERVING: ReadonlySet<string> = new Set(['Deployment', 'DaemonSet', 'ReplicaSet', 'Pod']);

/** True when every one of the fields may be changed by recreating the object. */
export function recreatable(object: KubeObject, fields: readonly string[]): boolean {
  const { group, kind } = gvkOf(object);
  const allowed = RECREATABLE[`${group}/${kind}`] ?? [];
  return fields.length > 0 && fields.every((field) => allowed.some((prefix) => isWithin(field, prefix)));
}

/** `spec.clusterIPs[0]` and `spec.selector.matchLabels` are within `spec.clusterIPs` and `spec.selector`. */
const isWithin = (field: string, prefix: string): boolean =>
  field === prefix || field.startsWith(`${prefix}.`) || field.startsWith(`${prefix}[`);

/** An outage that nobody asked for waits for a person's word, as losing most of an environment does. */
export function recreateRefusal(
  steps: readonly Step[],
  { confirmedRecreate, environment }: { readonly confirmedRecreate: boolean; readonly environment: string },
): readonly Problem[] {
  if (confirmedRecreate) return [];
  return steps.flatMap((step) => {
    if (step.action !== 'recreate' || !SERVING.has(step.ref.kind)) return [];
    return {
      reason: 'RecreateNotConfirmed',
      message: `${formatRef(step.ref)}: ${step.reason}; the old one would be deleted before the new one starts, an outage as long as that takes`,
      ...(step.origin ? { place: step.origin } : {}),
      remedy: `If that is meant: pilotage sync ${environment} --confirm-recreate. Without an outage: give it another name, and drop the old one in a later commit.`,
    };
  });
}
