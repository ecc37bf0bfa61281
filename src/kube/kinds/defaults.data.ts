/**
 * Defaults of the built-in types that the published schemas do not carry: Kubernetes `pkg/apis/<group>/<version>/defaults.go`,
 * as data. Keys are type names. A constant stands for a member that is unset; a function computes one from its siblings,
 * of which the ones above it in the table are filled already.
 */

import type { Json, JsonObject } from '../values/types.ts';
import {
  completeCrd,
  completeHpa,
  completeNamespace,
  completePod,
  completeSecret,
  completeService,
  labelledAsTemplate,
} from './defaults.complete.ts';

export type FieldDefault = Json | ((self: JsonObject) => Json | undefined);

const container = {
  imagePullPolicy: (self: JsonObject) => (isLatest(String(self.image ?? '')) ? 'Always' : 'IfNotPresent'),
  terminationMessagePath: '/dev/termination-log',
  terminationMessagePolicy: 'File',
} as const;

/** `web`, `web:latest`, `host:5000/web`: no tag is the tag latest; a digest alone is no tag. */
function isLatest(image: string): boolean {
  const [name = '', digest] = image.split('@');
  const tag = /:([^/:]+)$/.exec(name)?.[1];
  return tag === undefined ? digest === undefined : tag === 'latest';
}

const has = (member: string) => (self: JsonObject) => self[member] !== undefined && self[member] !== null;
const whenRolling = (self: JsonObject): Json | undefined => (self.type === 'RollingUpdate' ? {} : undefined);
const isEmptyList = (value: Json | undefined): boolean => !Array.isArray(value) || value.length === 0;

export const FIELD_DEFAULTS: Readonly<Record<string, Readonly<Record<string, FieldDefault>>>> = {
  'core.v1.PodSpec': {
    dnsPolicy: 'ClusterFirst',
    restartPolicy: 'Always',
    securityContext: {},
    terminationGracePeriodSeconds: 30,
    schedulerName: 'default-scheduler',
  },
  'core.v1.Container': container,
  'core.v1.EphemeralContainer': container,
  'core.v1.Probe': { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 },
  'core.v1.HTTPGetAction': { path: '/', scheme: 'HTTP' },
  'core.v1.GRPCAction': { service: '' },
  'core.v1.ObjectFieldSelector': { apiVersion: 'v1' },
  'core.v1.Volume': {
    emptyDir: (self) => (Object.keys(self).every((key) => key === 'name') ? {} : undefined),
  },
  'core.v1.SecretVolumeSource': { defaultMode: 0o644 },
  'core.v1.ConfigMapVolumeSource': { defaultMode: 0o644 },
  'core.v1.DownwardAPIVolumeSource': { defaultMode: 0o644 },
  'core.v1.ProjectedVolumeSource': { defaultMode: 0o644 },
  'core.v1.ServiceAccountTokenProjection': { expirationSeconds: 3600 },
  'core.v1.HostPathVolumeSource': { type: '' },
  'core.v1.ISCSIVolumeSource': { iscsiInterface: 'default' },
  'core.v1.ServiceSpec': {
    sessionAffinity: 'None',
    sessionAffinityConfig: (self) =>
      self.sessionAffinity === 'ClientIP' ? { clientIP: { timeoutSeconds: 10800 } } : undefined,
    type: 'ClusterIP',
    externalTrafficPolicy: (self) =>
      self.type === 'NodePort' || self.type === 'LoadBalancer' || !isEmptyList(self.externalIPs)
        ? 'Cluster'
        : undefined,
    internalTrafficPolicy: (self) => (self.type === 'ExternalName' ? undefined : 'Cluster'),
    allocateLoadBalancerNodePorts: (self) => (self.type === 'LoadBalancer' ? true : undefined),
  },
  'core.v1.ServicePort': { protocol: 'TCP', targetPort: (self) => self.port },
  'core.v1.EndpointPort': { protocol: 'TCP' },
  'core.v1.Secret': { type: 'Opaque' },
  'core.v1.NamespaceStatus': { phase: 'Active' },
  'core.v1.NodeStatus': { allocatable: (self) => self.capacity },
  'core.v1.PersistentVolumeSpec': { persistentVolumeReclaimPolicy: 'Retain', volumeMode: 'Filesystem' },
  'core.v1.PersistentVolumeStatus': { phase: 'Pending' },
  'core.v1.PersistentVolumeClaimSpec': { volumeMode: 'Filesystem' },
  'core.v1.PersistentVolumeClaimStatus': { phase: 'Pending' },
  'core.v1.ReplicationControllerSpec': { replicas: 1 },

  'apps.v1.DeploymentSpec': { replicas: 1, revisionHistoryLimit: 10, progressDeadlineSeconds: 600 },
  'apps.v1.DeploymentStrategy': { type: 'RollingUpdate', rollingUpdate: whenRolling },
  'apps.v1.RollingUpdateDeployment': { maxUnavailable: '25%', maxSurge: '25%' },
  'apps.v1.ReplicaSetSpec': { replicas: 1 },
  'apps.v1.StatefulSetSpec': {
    podManagementPolicy: 'OrderedReady',
    replicas: 1,
    revisionHistoryLimit: 10,
    persistentVolumeClaimRetentionPolicy: {},
  },
  'apps.v1.StatefulSetUpdateStrategy': {
    rollingUpdate: (self) => (self.type === undefined || self.type === '' ? {} : undefined),
    type: 'RollingUpdate',
  },
  'apps.v1.RollingUpdateStatefulSetStrategy': { partition: 0 },
  'apps.v1.StatefulSetPersistentVolumeClaimRetentionPolicy': { whenDeleted: 'Retain', whenScaled: 'Retain' },
  'apps.v1.DaemonSetSpec': { revisionHistoryLimit: 10 },
  'apps.v1.DaemonSetUpdateStrategy': { type: 'RollingUpdate', rollingUpdate: whenRolling },
  'apps.v1.RollingUpdateDaemonSet': { maxUnavailable: 1, maxSurge: 0 },

  'batch.v1.JobSpec': {
    completions: (self) => (has('parallelism')(self) ? undefined : 1),
    parallelism: 1,
    backoffLimit: (self) => (has('backoffLimitPerIndex')(self) ? 2 ** 31 - 1 : 6),
    completionMode: 'NonIndexed',
    suspend: false,
    podReplacementPolicy: (self) => (has('podFailurePolicy')(self) ? 'Failed' : 'TerminatingOrFailed'),
    manualSelector: false,
  },
  'batch.v1.CronJobSpec': {
    concurrencyPolicy: 'Allow',
    suspend: false,
    successfulJobsHistoryLimit: 3,
    failedJobsHistoryLimit: 1,
  },
  'batch.v1.PodFailurePolicyOnPodConditionsPattern': { status: 'True' },

  'autoscaling.v1.HorizontalPodAutoscalerSpec': { minReplicas: 1 },
  'autoscaling.v2.HorizontalPodAutoscalerSpec': {
    minReplicas: 1,
    metrics: (self) =>
      isEmptyList(self.metrics)
        ? [
            {
              type: 'Resource',
              resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } },
            },
          ]
        : undefined,
  },

  'networking.v1.NetworkPolicyPort': { protocol: 'TCP' },
  'networking.v1.NetworkPolicySpec': {
    policyTypes: (self) => (isEmptyList(self.egress) ? ['Ingress'] : ['Ingress', 'Egress']),
  },
  'networking.v1.IngressClassParametersReference': { scope: 'Cluster' },
  'discovery.v1.EndpointPort': { name: '', protocol: 'TCP' },

  'rbac.v1.RoleRef': { apiGroup: 'rbac.authorization.k8s.io' },
  'rbac.v1.Subject': {
    apiGroup: (self) =>
      self.kind === 'User' || self.kind === 'Group' ? 'rbac.authorization.k8s.io' : undefined,
  },
  'scheduling.v1.PriorityClass': { preemptionPolicy: 'PreemptLowerPriority' },
  'storage.v1.StorageClass': { reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate' },
  'storage.v1.CSIDriverSpec': {
    attachRequired: true,
    podInfoOnMount: false,
    storageCapacity: false,
    fsGroupPolicy: 'ReadWriteOnceWithFSType',
    volumeLifecycleModes: ['Persistent'],
    requiresRepublish: false,
    seLinuxMount: false,
  },

  'apiextensions.v1.CustomResourceDefinitionNames': {
    singular: (self) => String(self.kind ?? '').toLowerCase(),
    listKind: (self) => (self.kind ? `${String(self.kind)}List` : undefined),
  },
  'apiextensions.v1.CustomResourceDefinitionSpec': { conversion: { strategy: 'None' } },
  'apiextensions.v1.ServiceReference': { port: 443 },
};

/** Types in which a zero is an unset number: Go holds them by value. */
export const ZERO_IS_UNSET: ReadonlySet<string> = new Set(['core.v1.Probe', 'core.v1.ServicePort']);

/** What no single member can say: run on the whole object before its members are visited. */
export const COMPLETIONS: Readonly<Record<string, (self: JsonObject) => JsonObject>> = {
  'core.v1.Pod': completePod,
  'core.v1.Namespace': completeNamespace,
  'core.v1.Secret': completeSecret,
  'core.v1.ServiceSpec': completeService,
  'core.v1.ReplicationController': labelledAsTemplate,
  'batch.v1.Job': labelledAsTemplate,
  'autoscaling.v2.HorizontalPodAutoscalerBehavior': completeHpa,
  'apiextensions.v1.CustomResourceDefinition': completeCrd,
};
