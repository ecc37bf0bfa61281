import { isObject } from '../../kube/values/equal.ts';
import type { Json, JsonObject, KubeObject } from '../../kube/values/types.ts';

export interface Upgrade {
  readonly to: string;
  /** Minor release of Kubernetes that stopped serving the old version. */
  readonly removedIn: string;
  /** What the conversion adds beyond the new version number, for the warning. */
  readonly notes?: string;
  readonly convert?: (object: KubeObject) => KubeObject;
}

const child = (value: unknown): JsonObject => (isObject(value) ? value : {});
const items = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? value : []);
const defined = (object: Record<string, Json | undefined>): JsonObject =>
  Object.fromEntries(
    Object.entries(object).filter((entry): entry is [string, Json] => entry[1] !== undefined),
  );

const withSpec =
  (change: (spec: JsonObject) => JsonObject) =>
  (object: KubeObject): KubeObject =>
    isObject(object.spec) ? { ...object, spec: change(object.spec) } : object;

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
  const to = UPGRADES[`${target.apiVersion} ${target.kind}`]?.to;
  return to === undefined ? spec : { ...spec, scaleTargetRef: { ...target, apiVersion: to } };
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
const rbac: Upgrade = { to: 'rbac.authorization.k8s.io/v1', removedIn: '1.22' };
const RBAC_KINDS = ['Role', 'RoleBinding', 'ClusterRole', 'ClusterRoleBinding'];

/** `apiVersion Kind` → how to bring it up to date. Source: Kubernetes, deprecated API migration guide. */
export const UPGRADES: Readonly<Record<string, Upgrade>> = {
  'extensions/v1beta1 Deployment': apps,
  'extensions/v1beta1 ReplicaSet': apps,
  'extensions/v1beta1 DaemonSet': onDeleteApps,
  'extensions/v1beta1 NetworkPolicy': netpol,
  'extensions/v1beta1 Ingress': ingresses('1.22'),
  'networking.k8s.io/v1beta1 Ingress': ingresses('1.22'),
  'networking.k8s.io/v1beta1 IngressClass': { to: 'networking.k8s.io/v1', removedIn: '1.22' },
  'apps/v1beta1 Deployment': apps,
  'apps/v1beta1 StatefulSet': onDeleteApps,
  'apps/v1beta2 Deployment': apps,
  'apps/v1beta2 ReplicaSet': apps,
  'apps/v1beta2 DaemonSet': apps,
  'apps/v1beta2 StatefulSet': apps,
  'autoscaling/v2beta1 HorizontalPodAutoscaler': {
    to: 'autoscaling/v2',
    removedIn: '1.25',
    convert: flatAutoscaler,
  },
  'autoscaling/v2beta2 HorizontalPodAutoscaler': {
    to: 'autoscaling/v2',
    removedIn: '1.26',
    convert: autoscaler,
  },
  'batch/v1beta1 CronJob': { to: 'batch/v1', removedIn: '1.25' },
  'batch/v2alpha1 CronJob': { to: 'batch/v1', removedIn: '1.21' },
  'policy/v1beta1 PodDisruptionBudget': { to: 'policy/v1', removedIn: '1.25' },
  'discovery.k8s.io/v1beta1 EndpointSlice': { to: 'discovery.k8s.io/v1', removedIn: '1.25' },
  'coordination.k8s.io/v1beta1 Lease': { to: 'coordination.k8s.io/v1', removedIn: '1.22' },
  'scheduling.k8s.io/v1beta1 PriorityClass': { to: 'scheduling.k8s.io/v1', removedIn: '1.22' },
  'storage.k8s.io/v1beta1 StorageClass': { to: 'storage.k8s.io/v1', removedIn: '1.22' },
  ...Object.fromEntries(RBAC_KINDS.map((kind) => [`rbac.authorization.k8s.io/v1beta1 ${kind}`, rbac])),
};
