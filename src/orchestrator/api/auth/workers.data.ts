/**
 * What works in the cluster beside persons, nodes and environments, by user, and the least that each needs. Names and rules follow
 * Kubernetes where it has the same worker (`plugin/pkg/auth/authorizer/rbac/bootstrappolicy`, `policy.go` and `controller_policy.go`).
 */
import { SCOPE } from '../../../kube/client/scope.ts';
import type { WorkerRule } from './rules.ts';

const READ: readonly string[] = ['get', 'list', 'watch'];
const RECORD_EVENTS: WorkerRule = { verbs: ['create', 'patch'], resources: ['events'] };

/** Controllers have a service account each; `system:kube-controller-manager` is what they share. */
const CONTROLLERS: Readonly<Record<string, readonly WorkerRule[]>> = {
  'deployment-controller': [
    { verbs: ['get', 'patch'], resources: ['apps/deployments'] },
    { verbs: ['update'], resources: ['apps/deployments/status'] },
    { verbs: ['create', 'delete', 'get', 'patch', 'update'], resources: ['apps/replicasets'] },
  ],
  'replicaset-controller': [
    { verbs: ['get'], resources: ['apps/replicasets'] },
    { verbs: ['update'], resources: ['apps/replicasets/status'] },
    { verbs: ['create', 'delete', 'patch'], resources: ['pods'] },
  ],
  'replication-controller': [
    { verbs: ['get'], resources: ['replicationcontrollers'] },
    { verbs: ['update'], resources: ['replicationcontrollers/status'] },
    { verbs: ['create', 'delete', 'patch'], resources: ['pods'] },
  ],
  'job-controller': [
    { verbs: ['get'], resources: ['batch/jobs'] },
    { verbs: ['update'], resources: ['batch/jobs/status'] },
    { verbs: ['create', 'delete', 'patch'], resources: ['pods'] },
  ],
  'ttl-after-finished-controller': [{ verbs: ['delete', 'get'], resources: ['batch/jobs'] }],
  'daemon-set-controller': [
    { verbs: ['get'], resources: ['apps/daemonsets'] },
    { verbs: ['update'], resources: ['apps/daemonsets/status'] },
    { verbs: ['create', 'delete', 'patch'], resources: ['pods'] },
    { verbs: ['create', 'delete', 'get', 'patch', 'update'], resources: ['apps/controllerrevisions'] },
  ],
  'statefulset-controller': [
    { verbs: ['get'], resources: ['apps/statefulsets'] },
    { verbs: ['update'], resources: ['apps/statefulsets/status'] },
    {
      verbs: ['create', 'delete', 'get', 'patch', 'update'],
      resources: ['pods', 'apps/controllerrevisions'],
    },
    { verbs: ['create', 'update'], resources: ['persistentvolumeclaims'] },
  ],
  'cronjob-controller': [
    { verbs: ['create', 'delete', 'get'], resources: ['batch/jobs'] },
    { verbs: ['update'], resources: ['batch/cronjobs/status'] },
  ],
  // Scales whatever can be, by what is measured of its pods or elsewhere.
  'horizontal-pod-autoscaler': [
    { verbs: ['get'], resources: ['autoscaling/horizontalpodautoscalers'] },
    { verbs: ['update'], resources: ['autoscaling/horizontalpodautoscalers/status'] },
    { verbs: ['get', 'patch'], resources: ['*/scale'] },
    { verbs: ['list'], resources: ['metrics.k8s.io/pods'] },
    { verbs: READ, resources: ['custom.metrics.k8s.io/*', 'external.metrics.k8s.io/*'] },
  ],
  'disruption-controller': [
    { verbs: ['get'], resources: ['apps/statefulsets', 'replicationcontrollers'] },
    { verbs: ['update'], resources: ['policy/poddisruptionbudgets/status'] },
  ],
  'endpointslice-controller': [
    { verbs: ['create', 'delete', 'update'], resources: ['discovery.k8s.io/endpointslices'] },
  ],
  'endpoint-controller': [{ verbs: ['create', 'delete', 'update'], resources: ['endpoints'] }],
  'endpointslicemirroring-controller': [
    { verbs: ['create', 'delete', 'update'], resources: ['discovery.k8s.io/endpointslices'] },
  ],
  // Empties a namespace of whatever kind is served.
  'namespace-controller': [
    { verbs: ['update'], resources: ['namespaces/finalize', 'namespaces/status'] },
    { verbs: ['delete', 'deletecollection', 'get', 'list'], resources: ['*'] },
  ],
  'node-controller': [
    { verbs: ['patch'], resources: ['nodes', 'pods/status'] },
    { verbs: ['update'], resources: ['nodes/status'] },
    { verbs: ['delete'], resources: ['pods'] },
  ],
  'pod-garbage-collector': [
    { verbs: ['get'], resources: ['nodes'] },
    { verbs: ['delete'], resources: ['pods'] },
  ],
  'clusterrole-aggregation-controller': [
    { verbs: ['escalate', 'patch'], resources: ['rbac.authorization.k8s.io/clusterroles'] },
  ],
  'service-account-controller': [{ verbs: ['create'], resources: ['serviceaccounts'], names: ['default'] }],
  // Secrets that hold tokens of service accounts, which lists cannot tell from others.
  'tokens-controller': [
    { verbs: [...READ, 'delete', 'update'], resources: ['secrets'] },
    { verbs: ['get'], resources: ['serviceaccounts'] },
    { verbs: ['create'], resources: ['serviceaccounts/token'] },
  ],
  'root-ca-cert-publisher': [
    { verbs: ['create', 'update'], resources: ['configmaps'], names: ['kube-root-ca.crt'] },
  ],
  // A quota may count objects of any kind.
  'resourcequota-controller': [
    { verbs: ['list', 'watch'], resources: ['*'] },
    { verbs: ['update'], resources: ['resourcequotas/status'] },
  ],
  'certificate-controller': [
    { verbs: ['delete'], resources: ['certificates.k8s.io/certificatesigningrequests'] },
    {
      verbs: ['update'],
      resources: ['approval', 'status'].map(
        (part) => `certificates.k8s.io/certificatesigningrequests/${part}`,
      ),
    },
    {
      verbs: ['approve'],
      resources: ['certificates.k8s.io/signers'],
      names: ['kubernetes.io/kube-apiserver-client-kubelet'],
    },
    {
      verbs: ['sign'],
      resources: ['certificates.k8s.io/signers'],
      names: ['kube-apiserver-client', 'kube-apiserver-client-kubelet', 'kubelet-serving'].map(
        (signer) => `kubernetes.io/${signer}`,
      ),
    },
    { verbs: ['create'], resources: ['authorization.k8s.io/subjectaccessreviews'] },
  ],
  'persistent-volume-binder': [
    { verbs: ['get', 'update'], resources: ['persistentvolumeclaims'] },
    {
      verbs: ['update'],
      resources: ['persistentvolumeclaims/status', 'persistentvolumes', 'persistentvolumes/status'],
    },
  ],
  // Makes and deletes the objects; the directories are the nodes'.
  'local-path-provisioner': [
    { verbs: ['create', 'delete', 'update'], resources: ['persistentvolumes'] },
    { verbs: ['update'], resources: ['persistentvolumeclaims'] },
  ],
  'pvc-protection-controller': [
    { verbs: ['update'], resources: ['persistentvolumeclaims'] },
    { verbs: ['list'], resources: ['pods'] },
  ],
  'pv-protection-controller': [{ verbs: ['update'], resources: ['persistentvolumes'] }],
  'volumeattributesclass-protection-controller': [
    { verbs: ['update'], resources: ['storage.k8s.io/volumeattributesclasses'] },
  ],
  // Owners and dependents may be of any kind.
  'generic-garbage-collector': [{ verbs: [...READ, 'delete', 'patch', 'update'], resources: ['*'] }],
};

export const WORKERS: Readonly<Record<string, readonly WorkerRule[]>> = {
  ...Object.fromEntries(
    Object.entries(CONTROLLERS).map(([name, rules]) => [`system:serviceaccount:kube-system:${name}`, rules]),
  ),
  'system:kube-controller-manager': [
    {
      verbs: ['list', 'watch'],
      resources: [
        'apps/controllerrevisions',
        'apps/daemonsets',
        'apps/deployments',
        'apps/replicasets',
        'autoscaling/horizontalpodautoscalers',
        'batch/cronjobs',
        'batch/jobs',
        'apps/statefulsets',
        'certificates.k8s.io/certificatesigningrequests',
        'configmaps',
        'coordination.k8s.io/leases',
        'discovery.k8s.io/endpointslices',
        'endpoints',
        'namespaces',
        'nodes',
        'persistentvolumeclaims',
        'persistentvolumes',
        'pods',
        'policy/poddisruptionbudgets',
        'apiextensions.k8s.io/customresourcedefinitions',
        'rbac.authorization.k8s.io/clusterroles',
        'replicationcontrollers',
        'resourcequotas',
        'serviceaccounts',
        'services',
        'storage.k8s.io/storageclasses',
        'storage.k8s.io/volumeattributesclasses',
      ],
    },
    RECORD_EVENTS,
    {
      verbs: ['impersonate'],
      resources: ['serviceaccounts'],
      namespaces: ['kube-system'],
      names: Object.keys(CONTROLLERS),
    },
    {
      verbs: ['impersonate'],
      resources: ['groups'],
      names: ['system:serviceaccounts', 'system:serviceaccounts:kube-system'],
    },
  ],
  'system:kube-scheduler': [
    {
      verbs: ['list', 'watch'],
      resources: [
        'namespaces',
        'nodes',
        'persistentvolumeclaims',
        'persistentvolumes',
        'pods',
        'policy/poddisruptionbudgets',
        'storage.k8s.io/storageclasses',
      ],
    },
    { verbs: ['update'], resources: ['persistentvolumeclaims', 'persistentvolumes'] },
    { verbs: ['create'], resources: ['pods/binding'] },
    // Pods that make way for others.
    { verbs: ['delete'], resources: ['pods'] },
    { verbs: ['patch'], resources: ['pods/status'] },
    RECORD_EVENTS,
  ],
  // The API server itself: what every cluster has, instances of a definition that goes, and events that have grown old.
  'system:apiserver': [
    { verbs: ['create'], resources: ['namespaces'] },
    {
      verbs: ['bind', 'create', 'escalate', 'get', 'update'],
      resources: ['clusterrolebindings', 'clusterroles', 'rolebindings', 'roles'].map(
        (plural) => `rbac.authorization.k8s.io/${plural}`,
      ),
    },
    {
      verbs: ['create', 'get', 'update'],
      resources: ['services', 'discovery.k8s.io/endpointslices', 'endpoints'],
      namespaces: ['default'],
      names: ['kubernetes'],
    },
    {
      verbs: ['create', 'get', 'update'],
      resources: ['configmaps'],
      names: ['extension-apiserver-authentication', 'cluster-info'],
    },
    {
      verbs: ['create', 'get', 'update'],
      resources: [
        'apiextensions.k8s.io/customresourcedefinitions',
        'flowcontrol.apiserver.k8s.io/flowschemas',
        'flowcontrol.apiserver.k8s.io/prioritylevelconfigurations',
        'gateway.networking.k8s.io/gatewayclasses',
        'networking.k8s.io/ingressclasses',
        'networking.k8s.io/servicecidrs',
        'networking.k8s.io/servicecidrs/status',
        'scheduling.k8s.io/priorityclasses',
        'storage.k8s.io/storageclasses',
      ],
    },
    // Flow schemas are told whether their priority level is there.
    {
      verbs: ['list', 'watch'],
      resources: [
        'flowcontrol.apiserver.k8s.io/flowschemas',
        'flowcontrol.apiserver.k8s.io/prioritylevelconfigurations',
      ],
    },
    { verbs: ['update'], resources: ['flowcontrol.apiserver.k8s.io/flowschemas/status'] },
    // Policies are told what does not fit the types of the kinds that they are about.
    { verbs: ['list', 'watch'], resources: ['admissionregistration.k8s.io/validatingadmissionpolicies'] },
    {
      verbs: ['update'],
      resources: ['admissionregistration.k8s.io/validatingadmissionpolicies/status'],
    },
    { verbs: ['create'], resources: ['apiregistration.k8s.io/apiservices'] },
    { verbs: ['update'], resources: ['apiregistration.k8s.io/apiservices/status'] },
    // Servers behind APIServices are found, and looked after.
    {
      verbs: ['list', 'watch'],
      resources: ['apiregistration.k8s.io/apiservices', 'discovery.k8s.io/endpointslices', 'services'],
    },
    { verbs: ['update'], resources: ['apiextensions.k8s.io/customresourcedefinitions'] },
    { verbs: ['delete'], resources: ['*'] },
    { verbs: ['deletecollection'], resources: ['events', 'events.k8s.io/events'] },
  ],
  /**
   * Reads whatever may be delivered. It writes its own records, claims namespaces and installs its kinds; what environments deliver
   * it reads and writes as the environment, whose reach `scoped.ts` holds. It says itself what that reach is: who speaks for it
   * holds the power of all environments together, never that of an administrator.
   */
  'system:pilotage:sync': [
    { verbs: READ, resources: ['*'] },
    // The gate `http` asks a pod behind a Service of the source.
    { verbs: ['create'], resources: ['pods/portforward'] },
    {
      verbs: ['create', 'delete', 'patch', 'update'],
      resources: ['deliveries', 'environments', 'releases'].flatMap((plural) => [
        `pilotage.dev/${plural}`,
        `pilotage.dev/${plural}/status`,
      ]),
      namespaces: ['pilotage'],
    },
    { verbs: ['create', 'patch'], resources: ['namespaces'] },
    { verbs: ['create', 'patch'], resources: ['secrets'], namespaces: ['pilotage'] },
    // While it is there nothing is written to any cluster.
    {
      verbs: ['create', 'patch', 'delete'],
      resources: ['configmaps'],
      namespaces: ['pilotage'],
      names: ['suspended'],
    },
    // What templates made once: renewed, and removed with its environment. What proves that a forge calls, and where a
    // channel leads: removed with webhook and channel.
    {
      verbs: ['update', 'delete'],
      resources: ['secrets'],
      namespaces: ['pilotage'],
      names: ['generated.*', 'webhook-*', 'notify-*'],
    },
    {
      verbs: ['create', 'patch'],
      resources: ['apiextensions.k8s.io/customresourcedefinitions'],
      names: [
        ...['deliveries', 'environments', 'releases', 'promotions'],
        ...['users', 'tokens', 'deliveryroles', 'rolegrants'],
      ].map((plural) => `${plural}.pilotage.dev`),
    },
    RECORD_EVENTS,
    { verbs: ['impersonate'], resources: ['users'], names: ['system:pilotage:environment:*'] },
    { verbs: ['impersonate'], resources: ['groups'], names: [SCOPE.group] },
    {
      verbs: ['impersonate'],
      resources: [SCOPE.namespaces, SCOPE.reads, SCOPE.objects, SCOPE.owns].map(
        (key) => `authentication.k8s.io/userextras/${key}`,
      ),
    },
  ],
  /** Who is who, and what grants come to: it gives more than it has, and reads no Secret but those of passwords. */
  'system:pilotage:identity': [
    {
      verbs: [...READ, 'create', 'delete', 'update'],
      resources: ['users', 'tokens', 'deliveryroles', 'rolegrants'].flatMap((plural) => [
        `pilotage.dev/${plural}`,
        `pilotage.dev/${plural}/status`,
      ]),
      namespaces: ['pilotage'],
    },
    {
      verbs: READ,
      resources: ['deliveries', 'environments'].map((plural) => `pilotage.dev/${plural}`),
      namespaces: ['pilotage'],
    },
    {
      verbs: ['create', 'delete', 'get', 'patch', 'update'],
      resources: ['secrets'],
      namespaces: ['pilotage'],
      names: ['pilotage-password-*', 'pilotage-bootstrap'],
    },
    {
      verbs: [...READ, 'bind', 'create', 'delete', 'escalate', 'update'],
      resources: ['roles', 'rolebindings'].map((plural) => `rbac.authorization.k8s.io/${plural}`),
    },
    {
      verbs: ['bind'],
      resources: ['rbac.authorization.k8s.io/clusterroles'],
    },
  ],
  'system:pilotage:promotion': [
    {
      verbs: READ,
      resources: ['deliveries', 'environments', 'releases', 'promotions'].map(
        (plural) => `pilotage.dev/${plural}`,
      ),
      namespaces: ['pilotage'],
    },
    {
      verbs: ['create', 'delete', 'update'],
      resources: ['pilotage.dev/promotions', 'pilotage.dev/promotions/status'],
      namespaces: ['pilotage'],
    },
  ],
};
