import {
  validateCrd,
  validateEvent,
  validateIngress,
  validateLease,
  validateNode,
} from '../kinds/validation/cluster.ts';
import { validateConfigMap, validateSecret } from '../kinds/validation/config.ts';
import { validatePod } from '../kinds/validation/pod.ts';
import { validateBinding } from '../kinds/validation/rbac.ts';
import { validateEndpointSlice, validateService } from '../kinds/validation/service.ts';
import {
  validateDaemonSet,
  validateDeployment,
  validateJob,
  validateReplicaSet,
  validateStatefulSet,
} from '../kinds/validation/workloads.ts';
import type { FieldError } from '../values/fielderrors.ts';
import type { GroupVersionKind, JsonObject, KubeObject } from '../values/types.ts';
import { validateMetadata } from './metadata.ts';

type Rule = (object: JsonObject, old?: JsonObject) => readonly FieldError[];

/** The rules of a kind beyond its types and its metadata. A kind without a row has none yet. */
const RULES: Readonly<Record<string, Rule>> = {
  '/Pod': validatePod,
  '/Service': validateService,
  '/ConfigMap': validateConfigMap,
  '/Secret': validateSecret,
  '/Node': validateNode,
  '/Event': validateEvent,
  'apps/Deployment': validateDeployment,
  'apps/ReplicaSet': validateReplicaSet,
  'apps/StatefulSet': validateStatefulSet,
  'apps/DaemonSet': validateDaemonSet,
  'batch/Job': validateJob,
  'coordination.k8s.io/Lease': validateLease,
  'discovery.k8s.io/EndpointSlice': validateEndpointSlice,
  'networking.k8s.io/Ingress': validateIngress,
  'rbac.authorization.k8s.io/RoleBinding': validateBinding,
  'rbac.authorization.k8s.io/ClusterRoleBinding': validateBinding,
  'apiextensions.k8s.io/CustomResourceDefinition': validateCrd,
};

/**
 * Semantic rules: metadata for every kind, and the essential rules of built-in ones. The object is defaulted and
 * of the right types; with `old`, the rules of an update (immutable fields) hold too.
 */
export function validateObject(gvk: GroupVersionKind, object: KubeObject, old?: KubeObject): FieldError[] {
  const [json, before] = [object as unknown as JsonObject, old as unknown as JsonObject | undefined];
  const rule = RULES[`${gvk.group}/${gvk.kind}`];
  return [...validateMetadata(gvk, json, before), ...(rule ? rule(json, before) : [])];
}
