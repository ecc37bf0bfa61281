import type { Problem } from '../../base/errors.ts';
import type { Place } from '../../base/place.ts';
import { builtinSchema } from '../../kube/schema/schema.ts';
import { gvkOf } from '../../kube/values/types.ts';

/** What the built-in orchestrator does not do yet, and the kinds that come with it. */
const COMES_WITH: readonly (readonly [string, readonly string[]])[] = [
  ['a controller of its own', ['StatefulSet', 'DaemonSet', 'Job', 'CronJob', 'ReplicationController']],
  ['the horizontal pod autoscaler', ['HorizontalPodAutoscaler']],
  ['ingress', ['Ingress', 'IngressClass']],
  ['volumes that outlive pods', ['PersistentVolumeClaim', 'PersistentVolume', 'StorageClass']],
  ['network policies', ['NetworkPolicy']],
  ['disruption budgets', ['PodDisruptionBudget']],
  ['quotas and limits', ['ResourceQuota', 'LimitRange']],
  ['pod priorities', ['PriorityClass']],
  ['the container runtime', ['RuntimeClass']],
];

/**
 * Why a kind cannot be delivered. One that every Kubernetes serves was written rightly: then it is the built-in orchestrator that
 * does not serve it yet, and nobody is sent to look for a mistake.
 */
export function unserved(
  type: { readonly apiVersion: string; readonly kind: string },
  what: string,
  place: Place,
  cluster: string | undefined,
): Problem {
  const { apiVersion, kind } = type;
  if (builtinSchema(gvkOf(type)) === undefined) {
    return {
      reason: 'UnknownKind',
      message: `${what}: the cluster does not serve kind ${kind} of ${apiVersion}`,
      place,
      remedy: 'Check apiVersion and kind, or deliver the CustomResourceDefinition that defines it.',
    };
  }
  if (cluster !== undefined) {
    return {
      reason: 'KindNotServed',
      message: `${what}: the cluster ${cluster} does not serve ${kind} of ${apiVersion}, which is a kind of Kubernetes`,
      place,
      remedy: `See what it serves: kubectl --context ${cluster} api-resources.`,
    };
  }
  const [feature] = COMES_WITH.find(([, kinds]) => kinds.includes(kind)) ?? [];
  const when = feature ? `: it comes with ${feature}` : '';
  return {
    reason: 'KindNotServed',
    message: `${what}: ${kind} is not served by the built-in orchestrator yet${when}; on a real cluster it works`,
    place,
    remedy: `Leave it out here, or deliver this environment to a real cluster: \`cluster:\` in pilotage.yaml (docs/clusters.md).`,
  };
}
