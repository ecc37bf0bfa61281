import { isObject } from '../../kube/values/equal.ts';
import type { Json, JsonObject, KubeObject } from '../../kube/values/types.ts';
import {
  child,
  defined,
  definition,
  disruptionBudget,
  endpointSlice,
  items,
  type Obstacle,
  priorityLevel,
  signingObstacle,
  webhookObstacle,
  webhooks,
  withSpec,
} from './conversions.ts';

export interface Upgrade {
  readonly to: string;
  /** Minor release of Kubernetes that stopped serving the old version. */
  readonly removedIn: string;
  /** What the conversion adds beyond the new version number, for the warning. */
  readonly notes?: string;
  readonly convert?: (object: KubeObject) => KubeObject;
  /** What of an object has no meaning in the new version. */
  readonly obstacle?: (object: KubeObject) => Obstacle | undefined;
}

/** A kind that nothing took the place of. */
export interface Removal {
  readonly removedIn: string;
  readonly remedy: string;
}

/** Before apps/v1beta2 an absent selector meant the labels of the template. */
const fillSelector = (spec: JsonObject): JsonObject => {
  const labels = child(child(spec.template).metadata).labels;
  return spec.selector !== undefined || !isObject(labels)
    ? spec
    : { ...spec, selector: { matchLabels: labels } };
};

const workload = withSpec((spec) => {
  const { rollbackTo: _, ...rest } = fillSelector(spec);
  return rest;
});

/** These two updated pods only when somebody deleted them, unless they said otherwise. */
const onDelete = withSpec((spec) => {
  const filled = fillSelector(spec);
  return filled.updateStrategy === undefined ? { ...filled, updateStrategy: { type: 'OnDelete' } } : filled;
});

const backend = (old: JsonObject): JsonObject => {
  const { serviceName, servicePort, ...rest } = old;
  if (serviceName === undefined) return old;
  const port = typeof servicePort === 'string' ? { name: servicePort } : { number: servicePort };
  return {
    ...rest,
    service: defined({ name: serviceName, port: servicePort === undefined ? undefined : defined(port) }),
  };
};

const ingressPath = (path: Json): Json => {
  if (!isObject(path)) return path;
  const { backend: old, ...rest } = path;
  return { pathType: 'ImplementationSpecific', ...rest, ...(isObject(old) ? { backend: backend(old) } : {}) };
};

const ingressRule = (rule: Json): Json => {
  if (!isObject(rule) || !isObject(rule.http)) return rule;
  return { ...rule, http: { ...rule.http, paths: items(rule.http.paths).map(ingressPath) } };
};

const ingress = withSpec((spec) => {
  const { backend: old, rules, ...rest } = spec;
  return {
    ...rest,
    ...(isObject(old) ? { defaultBackend: backend(old) } : {}),
    ...(rules === undefined ? {} : { rules: items(rules).map(ingressRule) }),
  };
});

/** The autoscaler may point at a workload by an old version too. */
const autoscaler = withSpec((spec) => {
  const target = child(spec.scaleTargetRef);
  const rule = UPGRADES[`${target.apiVersion} ${target.kind}`];
  return rule && 'to' in rule ? { ...spec, scaleTargetRef: { ...target, apiVersion: rule.to } } : spec;
});

/** v2beta1 wrote the target flat: targetAverageUtilization, targetAverageValue, targetValue. */
const flatMetric = (metric: Json): Json => {
  if (!isObject(metric)) return metric;
  const flat = Object.entries(metric).map(([key, source]): [string, Json] => {
    if (key === 'type' || !isObject(source)) return [key, source];
    const {
      targetAverageUtilization: utilization,
      targetAverageValue: average,
      targetValue: value,
      ...rest
    } = source;
    const type = utilization !== undefined ? 'Utilization' : average !== undefined ? 'AverageValue' : 'Value';
    const target = defined({ type, averageUtilization: utilization, averageValue: average, value });
    const { metricName, ...others } = rest;
    const named = metricName === undefined ? others : { ...others, metric: { name: metricName } };
    return [key, Object.keys(target).length > 1 ? { ...named, target } : source];
  });
  return Object.fromEntries(flat);
};

const flatAutoscaler = (object: KubeObject): KubeObject =>
  autoscaler(withSpec((spec) => ({ ...spec, metrics: items(spec.metrics).map(flatMetric) }))(object));

const apps: Upgrade = {
  to: 'apps/v1',
  removedIn: '1.16',
  notes: 'spec.selector from the template where it was absent',
  convert: workload,
};
const onDeleteApps: Upgrade = {
  ...apps,
  convert: onDelete,
  notes: 'selector and update strategy OnDelete as they were by default',
};
const netpol: Upgrade = { to: 'networking.k8s.io/v1', removedIn: '1.16' };
const ingresses = (removedIn: string): Upgrade => ({
  to: 'networking.k8s.io/v1',
  removedIn,
  notes: 'backends in their new form, pathType ImplementationSpecific',
  convert: ingress,
});
const autoscalers = (removedIn: string, convert: Upgrade['convert']): Upgrade => ({
  to: 'autoscaling/v2',
  removedIn,
  ...(convert ? { convert } : {}),
});
const webhookConfiguration: Upgrade = {
  to: 'admissionregistration.k8s.io/v1',
  removedIn: '1.22',
  notes: 'failurePolicy Ignore, matchPolicy Exact and 30 seconds as they were by default',
  convert: webhooks,
  obstacle: webhookObstacle,
};
const flowControl = (removedIn: string): Readonly<Record<string, Upgrade>> => ({
  FlowSchema: { to: 'flowcontrol.apiserver.k8s.io/v1', removedIn },
  PriorityLevelConfiguration: {
    to: 'flowcontrol.apiserver.k8s.io/v1',
    removedIn,
    notes: 'nominalConcurrencyShares in the place of assuredConcurrencyShares',
    convert: priorityLevel,
  },
});
const podSecurityPolicy: Removal = {
  removedIn: '1.25',
  remedy:
    'Remove it, and label the namespaces instead (pod-security.kubernetes.io/enforce: restricted): Pod Security admission took its place.',
};

const POLICIES = ['ValidatingAdmissionPolicy', 'ValidatingAdmissionPolicyBinding'];

/** Kinds of a version that changed in nothing but its name. */
const renamed = (from: string, to: string, removedIn: string, kinds: readonly string[]) =>
  Object.fromEntries(kinds.map((kind): [string, Upgrade] => [`${from} ${kind}`, { to, removedIn }]));
const of = (version: string, rows: Readonly<Record<string, Upgrade>>): Readonly<Record<string, Upgrade>> =>
  Object.fromEntries(Object.entries(rows).map(([kind, row]) => [`${version} ${kind}`, row]));

/**
 * `apiVersion Kind` → how to bring it up to date. Sources: Kubernetes, deprecated API migration guide; what it does not list, by
 * `APILifecycleRemoved` of k8s.io/api. Reviews, scales, rollbacks and evictions are requests, and nothing that is delivered.
 */
export const UPGRADES: Readonly<Record<string, Upgrade | Removal>> = {
  ...of('extensions/v1beta1', {
    Deployment: apps,
    ReplicaSet: apps,
    DaemonSet: onDeleteApps,
    NetworkPolicy: netpol,
    Ingress: ingresses('1.22'),
  }),
  'extensions/v1beta1 PodSecurityPolicy': { ...podSecurityPolicy, removedIn: '1.16' },
  'policy/v1beta1 PodSecurityPolicy': podSecurityPolicy,
  ...of('apps/v1beta1', { Deployment: apps, StatefulSet: onDeleteApps }),
  ...of('apps/v1beta2', { Deployment: apps, ReplicaSet: apps, DaemonSet: apps, StatefulSet: apps }),
  ...renamed('apps/v1beta1', 'apps/v1', '1.16', ['ControllerRevision']),
  ...renamed('apps/v1beta2', 'apps/v1', '1.16', ['ControllerRevision']),
  'networking.k8s.io/v1beta1 Ingress': ingresses('1.22'),
  ...renamed('networking.k8s.io/v1beta1', 'networking.k8s.io/v1', '1.22', ['IngressClass']),
  'autoscaling/v2beta1 HorizontalPodAutoscaler': autoscalers('1.25', flatAutoscaler),
  'autoscaling/v2beta2 HorizontalPodAutoscaler': autoscalers('1.26', autoscaler),
  ...renamed('batch/v1beta1', 'batch/v1', '1.25', ['CronJob']),
  ...renamed('batch/v2alpha1', 'batch/v1', '1.21', ['CronJob']),
  'policy/v1beta1 PodDisruptionBudget': { to: 'policy/v1', removedIn: '1.25', convert: disruptionBudget },
  'discovery.k8s.io/v1beta1 EndpointSlice': {
    to: 'discovery.k8s.io/v1',
    removedIn: '1.25',
    convert: endpointSlice,
  },
  ...of('admissionregistration.k8s.io/v1beta1', {
    MutatingWebhookConfiguration: webhookConfiguration,
    ValidatingWebhookConfiguration: webhookConfiguration,
  }),
  ...renamed('admissionregistration.k8s.io/v1alpha1', 'admissionregistration.k8s.io/v1', '1.32', POLICIES),
  ...renamed('admissionregistration.k8s.io/v1beta1', 'admissionregistration.k8s.io/v1', '1.34', POLICIES),
  'apiextensions.k8s.io/v1beta1 CustomResourceDefinition': {
    to: 'apiextensions.k8s.io/v1',
    removedIn: '1.22',
    notes: 'schema, subresources and columns by version, unknown fields kept as they were by default',
    convert: definition,
  },
  ...renamed('apiregistration.k8s.io/v1beta1', 'apiregistration.k8s.io/v1', '1.22', ['APIService']),
  'certificates.k8s.io/v1beta1 CertificateSigningRequest': {
    to: 'certificates.k8s.io/v1',
    removedIn: '1.22',
    obstacle: signingObstacle,
  },
  ...renamed('coordination.k8s.io/v1beta1', 'coordination.k8s.io/v1', '1.22', ['Lease']),
  ...renamed('events.k8s.io/v1beta1', 'events.k8s.io/v1', '1.25', ['Event']),
  ...of('flowcontrol.apiserver.k8s.io/v1beta1', flowControl('1.26')),
  ...of('flowcontrol.apiserver.k8s.io/v1beta2', flowControl('1.29')),
  ...of('flowcontrol.apiserver.k8s.io/v1beta3', flowControl('1.32')),
  ...renamed('node.k8s.io/v1beta1', 'node.k8s.io/v1', '1.25', ['RuntimeClass']),
  ...renamed('rbac.authorization.k8s.io/v1beta1', 'rbac.authorization.k8s.io/v1', '1.22', [
    ...['Role', 'RoleBinding', 'ClusterRole', 'ClusterRoleBinding'],
  ]),
  ...renamed('scheduling.k8s.io/v1beta1', 'scheduling.k8s.io/v1', '1.22', ['PriorityClass']),
  ...renamed('storage.k8s.io/v1beta1', 'storage.k8s.io/v1', '1.22', [
    ...['CSIDriver', 'CSINode', 'StorageClass', 'VolumeAttachment'],
  ]),
  ...renamed('storage.k8s.io/v1beta1', 'storage.k8s.io/v1', '1.27', ['CSIStorageCapacity']),
  ...renamed('storage.k8s.io/v1alpha1', 'storage.k8s.io/v1', '1.24', [
    'CSIStorageCapacity',
    'VolumeAttachment',
  ]),
  ...renamed('storage.k8s.io/v1alpha1', 'storage.k8s.io/v1', '1.35', ['VolumeAttributesClass']),
};
