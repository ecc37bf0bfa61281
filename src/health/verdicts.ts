import { builtinKind } from '../kube/kinds/builtin.ts';
import type { KubeObject } from '../kube/values/types.ts';
import { gvkOf } from '../kube/values/types.ts';
import type { Verdict } from './verdict.ts';
import {
  admissionPolicyVerdict,
  certificateRequestVerdict,
  flowSchemaVerdict,
  priorityLevelVerdict,
  serviceCidrVerdict,
  volumeAttachmentVerdict,
} from './verdicts.cluster.ts';
import { customVerdict, exemptionOf, type Served } from './verdicts.custom.ts';
import { gatewayVerdict, httpRouteVerdict } from './verdicts.gateway.ts';
import {
  apiServiceVerdict,
  autoscalerVerdict,
  claimVerdict,
  cronJobVerdict,
  definitionVerdict,
  deviceClaimVerdict,
  disruptionBudgetVerdict,
  ingressVerdict,
  namespaceVerdict,
  quotaVerdict,
  serviceVerdict,
  volumeVerdict,
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

export type Rule = (object: KubeObject, related: Related) => Verdict;

/** `group/Kind` (`/Kind` for the core group) → its rule. The version does not matter to health. */
export type Rules = Readonly<Record<string, Rule>>;

/** A rule is written for one kind; the table below guarantees that it is only applied to that kind. */
const rule = <T extends KubeObject>(judge: (object: T, related: Related) => Verdict): Rule =>
  judge as unknown as Rule;

const RULES: Rules = {
  'apps/Deployment': rule(deploymentVerdict),
  'apps/ReplicaSet': rule(replicaSetVerdict),
  'apps/StatefulSet': rule(statefulSetVerdict),
  'apps/DaemonSet': rule(daemonSetVerdict),
  'batch/Job': rule(jobVerdict),
  'batch/CronJob': rule(cronJobVerdict),
  '/Pod': rule(podVerdict),
  '/ReplicationController': rule(replicaSetVerdict),
  '/ResourceQuota': rule(quotaVerdict),
  '/PersistentVolume': rule(volumeVerdict),
  '/Service': rule(serviceVerdict),
  '/Namespace': rule(namespaceVerdict),
  '/PersistentVolumeClaim': rule(claimVerdict),
  'resource.k8s.io/ResourceClaim': rule(deviceClaimVerdict),
  'networking.k8s.io/Ingress': rule(ingressVerdict),
  'gateway.networking.k8s.io/Gateway': rule(gatewayVerdict),
  'gateway.networking.k8s.io/HTTPRoute': rule(httpRouteVerdict),
  'networking.k8s.io/ServiceCIDR': rule(serviceCidrVerdict),
  'storage.k8s.io/VolumeAttachment': rule(volumeAttachmentVerdict),
  'flowcontrol.apiserver.k8s.io/FlowSchema': rule(flowSchemaVerdict),
  'flowcontrol.apiserver.k8s.io/PriorityLevelConfiguration': rule(priorityLevelVerdict),
  'admissionregistration.k8s.io/ValidatingAdmissionPolicy': rule(admissionPolicyVerdict),
  'certificates.k8s.io/CertificateSigningRequest': rule(certificateRequestVerdict),
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
  '/ReplicationController',
]);

function keyOf(type: { readonly apiVersion: string; readonly kind: string }): string {
  const { group, kind } = gvkOf(type);
  return `${group}/${kind}`;
}

/** Whether its kind has a row in the table, built-in or not. */
export const hasRule = (object: KubeObject, rules: Rules = RULES): boolean =>
  rules[keyOf(object)] !== undefined;

/**
 * Whether people and time may overrule what the status says: the annotation, a suspension, and a Degraded that has to last. That holds
 * for every kind that is not built in, whether it has a row or not, and for built-in kinds that nobody has written a rule for.
 */
export const isJudgedAsCustom = (object: KubeObject, rules: Rules = RULES): boolean =>
  builtinKind(gvkOf(object)) === undefined || !hasRule(object, rules);

/** Assesses a live object. `undefined` is an object that should exist and does not. */
export function verdictOf(
  object: KubeObject | undefined,
  related: Related = NOTHING_RELATED,
  served: Served = {},
  rules: Rules = RULES,
): Verdict {
  if (object === undefined)
    return { state: 'Missing', reason: 'NotFound', message: 'the object does not exist' };
  if (object.metadata.deletionTimestamp !== undefined) return deleting(object);
  const exemption = isJudgedAsCustom(object, rules) ? exemptionOf(object) : undefined;
  return exemption ?? rules[keyOf(object)]?.(object, related) ?? customVerdict(object, served);
}

/** A blocked deletion says what blocks it (argo-cd #19571). */
function deleting(object: KubeObject): Verdict {
  const finalizers = object.metadata.finalizers ?? [];
  const blocked = finalizers.length > 0 ? `, held by finalizer ${finalizers.join(', ')}` : '';
  return { state: 'Progressing', reason: 'Deleting', message: `being deleted${blocked}` };
}
