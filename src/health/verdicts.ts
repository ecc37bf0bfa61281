import type { KubeObject } from '../kube/values/types.ts';
import { gvkOf } from '../kube/values/types.ts';
import type { Verdict } from './verdict.ts';
import { customVerdict, type Served } from './verdicts.custom.ts';
import {
  addressVerdict,
  apiServiceVerdict,
  autoscalerVerdict,
  claimVerdict,
  cronJobVerdict,
  definitionVerdict,
  disruptionBudgetVerdict,
  namespaceVerdict,
  serviceVerdict,
} from './verdicts.others.ts';
import { podVerdict } from './verdicts.pod.ts';
import { NOTHING_RELATED, type Related } from './verdicts.related.ts';
import {
  daemonSetVerdict,
  deploymentVerdict,
  jobVerdict,
  replicaSetVerdict,
  statefulSetVerdict,
} from './verdicts.workloads.ts';

type Rule = (object: KubeObject, related: Related) => Verdict;

/** A rule is written for one kind; the table below guarantees that it is only applied to that kind. */
const rule = <T extends KubeObject>(judge: (object: T, related: Related) => Verdict): Rule =>
  judge as unknown as Rule;

/** `group/Kind` (`/Kind` for the core group) → its rule. The version does not matter to health. */
const RULES: Readonly<Record<string, Rule>> = {
  'apps/Deployment': rule(deploymentVerdict),
  'apps/ReplicaSet': rule(replicaSetVerdict),
  'apps/StatefulSet': rule(statefulSetVerdict),
  'apps/DaemonSet': rule(daemonSetVerdict),
  'batch/Job': rule(jobVerdict),
  'batch/CronJob': rule(cronJobVerdict),
  '/Pod': rule(podVerdict),
  '/Service': rule(serviceVerdict),
  '/Namespace': rule(namespaceVerdict),
  '/PersistentVolumeClaim': rule(claimVerdict),
  'networking.k8s.io/Ingress': rule(addressVerdict),
  'autoscaling/HorizontalPodAutoscaler': rule(autoscalerVerdict),
  'policy/PodDisruptionBudget': rule(disruptionBudgetVerdict),
  'apiregistration.k8s.io/APIService': rule(apiServiceVerdict),
  'apiextensions.k8s.io/CustomResourceDefinition': rule(definitionVerdict),
};

/** Whether the rule of a kind reads pods, so that a caller knows when to gather them. */
export const isExplainedByPods = (type: { readonly apiVersion: string; readonly kind: string }): boolean =>
  EXPLAINED_BY_PODS.has(keyOf(type));

const EXPLAINED_BY_PODS: ReadonlySet<string> = new Set([
  'apps/Deployment',
  'apps/ReplicaSet',
  'apps/StatefulSet',
  'apps/DaemonSet',
  'batch/Job',
]);

function keyOf(type: { readonly apiVersion: string; readonly kind: string }): string {
  const { group, kind } = gvkOf(type);
  return `${group}/${kind}`;
}

/** Whether there is no rule for its kind. */
export const isCustom = (object: KubeObject): boolean => RULES[keyOf(object)] === undefined;

/** Assesses a live object. `undefined` is an object that should exist and does not. */
export function verdictOf(
  object: KubeObject | undefined,
  related: Related = NOTHING_RELATED,
  served: Served = {},
): Verdict {
  if (object === undefined)
    return { state: 'Missing', reason: 'NotFound', message: 'the object does not exist' };
  if (object.metadata.deletionTimestamp !== undefined) return deleting(object);
  return RULES[keyOf(object)]?.(object, related) ?? customVerdict(object, served);
}

/** A blocked deletion says what blocks it (argo-cd #19571). */
function deleting(object: KubeObject): Verdict {
  const finalizers = object.metadata.finalizers ?? [];
  const blocked = finalizers.length > 0 ? `, held by finalizer ${finalizers.join(', ')}` : '';
  return { state: 'Progressing', reason: 'Deleting', message: `being deleted${blocked}` };
}
