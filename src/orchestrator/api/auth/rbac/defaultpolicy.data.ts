/**
 * The roles and bindings that every cluster has (Kubernetes `plugin/pkg/auth/authorizer/rbac/bootstrappolicy`, `policy.go` and
 * `namespace_policy.go`), for the features that are on by default in 1.35. Those of controllers follow from `workers.data.ts`.
 */
import { JOINING_NODES } from '../../../../kube/client/bootstraptoken.ts';
import type { PolicyRule } from '../../../../kube/kinds/objects.data.ts';

/** A role by its name. `aggregates` and `gathers` are the last words of the labels `rbac.authorization.k8s.io/aggregate-to-…`. */
export interface DefaultRole {
  readonly rules?: readonly PolicyRule[];
  readonly aggregates?: string;
  readonly gathers?: string;
}

/** Lists are words with spaces between, and sorted as Kubernetes' are; the group without a name is `core`. */
export function allow(verbs: string, groups: string, resources: string, names = ''): PolicyRule {
  return {
    apiGroups: words(groups)
      .map((group) => (group === 'core' ? '' : group))
      .sort(),
    resources: words(resources),
    ...(names ? { resourceNames: words(names) } : {}),
    verbs: words(verbs),
  };
}

export const allowPaths = (verbs: string, paths: string): PolicyRule => ({
  nonResourceURLs: words(paths),
  verbs: words(verbs),
});

const words = (text: string): readonly string[] =>
  text
    .split(' ')
    .filter((word) => word !== '')
    .sort();

const READ = 'get list watch';
const WRITE = 'create update patch delete deletecollection';
const READ_WRITE = `${READ} ${WRITE}`;
const RECORD_EVENTS = allow('create update patch', 'core events.k8s.io', 'events');
const REVIEW_TOKENS = allow('create', 'authentication.k8s.io', 'tokenreviews');
const REVIEW_ACCESS = allow('create', 'authorization.k8s.io', 'subjectaccessreviews');
const HEALTH = '/livez /readyz /healthz';
const VERSION = '/version /version/';
const CSR = 'certificatesigningrequests';

const SCALED = 'deployments deployments/scale replicasets replicasets/scale';
const OF_EXTENSIONS = `daemonsets ${SCALED} ingresses networkpolicies replicationcontrollers/scale`;

const VIEW = [
  allow(
    READ,
    'core',
    'pods replicationcontrollers replicationcontrollers/scale serviceaccounts services services/status endpoints persistentvolumeclaims persistentvolumeclaims/status configmaps',
  ),
  allow(
    READ,
    'core',
    'limitranges resourcequotas bindings pods/status resourcequotas/status namespaces/status replicationcontrollers/status pods/log namespaces',
  ),
  allow(READ, 'core events.k8s.io', 'events'),
  allow(READ, 'discovery.k8s.io', 'endpointslices'),
  allow(
    READ,
    'apps',
    `controllerrevisions statefulsets statefulsets/status statefulsets/scale daemonsets daemonsets/status ${SCALED} deployments/status replicasets/status`,
  ),
  allow(READ, 'autoscaling', 'horizontalpodautoscalers horizontalpodautoscalers/status'),
  allow(READ, 'batch', 'jobs cronjobs cronjobs/status jobs/status'),
  allow(
    READ,
    'extensions',
    `${OF_EXTENSIONS} daemonsets/status deployments/status ingresses/status replicasets/status`,
  ),
  allow(READ, 'policy', 'poddisruptionbudgets poddisruptionbudgets/status'),
  allow(READ, 'networking.k8s.io', 'networkpolicies ingresses ingresses/status'),
  allow(READ, 'resource.k8s.io', 'resourceclaims resourceclaims/status resourceclaimtemplates'),
];

const INTO_PODS = 'pods/attach pods/proxy pods/exec pods/portforward';

const EDIT = [
  // Reads that lead to more.
  allow(READ, 'core', `${INTO_PODS} secrets services/proxy`),
  allow('impersonate', 'core', 'serviceaccounts'),
  allow(WRITE, 'core', `pods ${INTO_PODS}`),
  allow('create', 'core', 'pods/eviction serviceaccounts/token'),
  allow(
    WRITE,
    'core',
    'replicationcontrollers replicationcontrollers/scale serviceaccounts services services/proxy persistentvolumeclaims configmaps secrets',
  ),
  allow(WRITE, 'core events.k8s.io', 'events'),
  allow(WRITE, 'apps', `statefulsets statefulsets/scale daemonsets ${SCALED} deployments/rollback`),
  allow(WRITE, 'autoscaling', 'horizontalpodautoscalers'),
  allow(WRITE, 'batch', 'jobs cronjobs'),
  allow(WRITE, 'extensions', `${OF_EXTENSIONS} deployments/rollback`),
  allow(WRITE, 'policy', 'poddisruptionbudgets'),
  allow(WRITE, 'networking.k8s.io', 'networkpolicies ingresses'),
  allow(READ_WRITE, 'coordination.k8s.io', 'leases'),
  allow(WRITE, 'resource.k8s.io', 'resourceclaims resourceclaimtemplates'),
];

/** The node authorizer decides what a node may; this role is there for agents that are bound to it by hand. */
const NODE = [
  REVIEW_TOKENS,
  allow('create', 'authorization.k8s.io', 'subjectaccessreviews localsubjectaccessreviews'),
  allow(READ, 'core', 'services pods secrets configmaps'),
  allow(`create ${READ} update patch`, 'core', 'nodes'),
  allow('update patch', 'core', 'nodes/status pods/status'),
  RECORD_EVENTS,
  allow('create delete', 'core', 'pods'),
  allow('create', 'core', 'pods/eviction serviceaccounts/token'),
  allow('get', 'core', 'persistentvolumeclaims persistentvolumes endpoints serviceaccounts'),
  allow(`create ${READ}`, 'certificates.k8s.io', CSR),
  allow('get create update patch delete', 'coordination.k8s.io', 'leases'),
  allow('get', 'storage.k8s.io', 'volumeattachments'),
  allow('get update patch', 'core', 'persistentvolumeclaims/status'),
  allow(READ, 'storage.k8s.io', 'csidrivers'),
  allow('get create update patch delete', 'storage.k8s.io', 'csinodes'),
  allow(READ, 'node.k8s.io', 'runtimeclasses'),
  allow('get', 'resource.k8s.io', 'resourceclaims'),
  allow('deletecollection', 'resource.k8s.io', 'resourceslices'),
];

const approver = (signer: string): DefaultRole => ({
  rules: [allow('approve', 'certificates.k8s.io', 'signers', `kubernetes.io/${signer}`)],
});

export const CLUSTER_ROLES: Readonly<Record<string, DefaultRole>> = {
  'cluster-admin': { rules: [allow('*', '*', '*'), allowPaths('*', '*')] },
  'system:discovery': {
    rules: [allowPaths('get', `${HEALTH} ${VERSION} /openapi /openapi/* /api /api/* /apis /apis/*`)],
  },
  'system:monitoring': {
    rules: [
      allowPaths('get', `/metrics /metrics/slis ${HEALTH} /livez/* /readyz/* /healthz/*`),
      allow('get', 'core', 'nodes/metrics'),
    ],
  },
  'system:basic-user': {
    rules: [
      allow('create', 'authorization.k8s.io', 'selfsubjectaccessreviews selfsubjectrulesreviews'),
      allow('create', 'authentication.k8s.io', 'selfsubjectreviews'),
    ],
  },
  'system:public-info-viewer': { rules: [allowPaths('get', `${HEALTH} ${VERSION}`)] },
  admin: { gathers: 'admin' },
  edit: { gathers: 'edit', aggregates: 'admin' },
  view: { gathers: 'view', aggregates: 'edit' },
  'system:aggregate-to-admin': {
    aggregates: 'admin',
    rules: [
      allow('create', 'authorization.k8s.io', 'localsubjectaccessreviews'),
      allow(READ_WRITE, 'rbac.authorization.k8s.io', 'roles rolebindings'),
    ],
  },
  'system:aggregate-to-edit': { aggregates: 'edit', rules: EDIT },
  'system:aggregate-to-view': { aggregates: 'view', rules: VIEW },
  'system:heapster': {
    rules: [allow(READ, 'core', 'events pods nodes namespaces'), allow(READ, 'extensions', 'deployments')],
  },
  'system:node': { rules: NODE },
  'system:node-problem-detector': {
    rules: [allow('get', 'core', 'nodes'), allow('patch', 'core', 'nodes/status'), RECORD_EVENTS],
  },
  'system:node-bootstrapper': { rules: [allow(`create ${READ}`, 'certificates.k8s.io', CSR)] },
  'system:auth-delegator': { rules: [REVIEW_TOKENS, REVIEW_ACCESS] },
  'system:kube-aggregator': { rules: [allow(READ, 'core', 'services endpoints')] },
  'system:kube-dns': { rules: [allow('list watch', 'core', 'endpoints services')] },
  'system:persistent-volume-provisioner': {
    rules: [
      allow(`${READ} create delete`, 'core', 'persistentvolumes'),
      allow(`${READ} update`, 'core', 'persistentvolumeclaims'),
      allow(READ, 'storage.k8s.io', 'storageclasses'),
      allow('watch', 'core', 'events'),
      RECORD_EVENTS,
    ],
  },
  'system:certificates.k8s.io:certificatesigningrequests:nodeclient': {
    rules: [allow('create', 'certificates.k8s.io', `${CSR}/nodeclient`)],
  },
  'system:certificates.k8s.io:certificatesigningrequests:selfnodeclient': {
    rules: [allow('create', 'certificates.k8s.io', `${CSR}/selfnodeclient`)],
  },
  'system:volume-scheduler': {
    rules: [
      allow(`${READ} update patch`, 'core', 'persistentvolumes persistentvolumeclaims'),
      allow(READ, 'storage.k8s.io', 'storageclasses'),
    ],
  },
  'system:certificates.k8s.io:legacy-unknown-approver': approver('legacy-unknown'),
  'system:certificates.k8s.io:kubelet-serving-approver': approver('kubelet-serving'),
  'system:certificates.k8s.io:kube-apiserver-client-approver': approver('kube-apiserver-client'),
  'system:certificates.k8s.io:kube-apiserver-client-kubelet-approver': approver(
    'kube-apiserver-client-kubelet',
  ),
  'system:service-account-issuer-discovery': {
    rules: [
      allowPaths(
        'get',
        '/.well-known/openid-configuration /.well-known/openid-configuration/ /openid/v1/jwks /openid/v1/jwks/',
      ),
    ],
  },
  'system:kubelet-api-admin': {
    rules: [
      allow(`${READ} proxy`, 'core', 'nodes'),
      allow(
        '*',
        'core',
        'nodes/proxy nodes/metrics nodes/stats nodes/log nodes/pods nodes/healthz nodes/configz',
      ),
    ],
  },
  'system:node-proxier': {
    rules: [
      allow('list watch', 'core', 'services endpoints'),
      allow(READ, 'core', 'nodes'),
      RECORD_EVENTS,
      allow('list watch', 'networking.k8s.io', 'servicecidrs'),
      allow('list watch', 'discovery.k8s.io', 'endpointslices'),
    ],
  },
};

/** Whom a role is bound to in the whole cluster, by a binding of the same name: `Group g`, `User u`, `ServiceAccount namespace/name`. */
export const CLUSTER_ROLE_BINDINGS: Readonly<Record<string, readonly string[]>> = {
  'cluster-admin': ['Group system:masters'],
  'system:monitoring': ['Group system:monitoring'],
  'system:discovery': ['Group system:authenticated'],
  'system:basic-user': ['Group system:authenticated'],
  'system:public-info-viewer': ['Group system:authenticated', 'Group system:unauthenticated'],
  'system:node-proxier': ['User system:kube-proxy'],
  'system:kube-dns': ['ServiceAccount kube-system/kube-dns'],
  'system:volume-scheduler': ['User system:kube-scheduler'],
  'system:service-account-issuer-discovery': ['Group system:serviceaccounts'],
  // The node authorizer has taken its place.
  'system:node': [],
};

/**
 * Further bindings in the whole cluster, named otherwise than their role: what a machine that joins may, as `kubeadm init` gives it
 * (`cmd/kubeadm/app/phases/bootstraptoken/node/tlsbootstrap.go`), and how the certificates of nodes are renewed.
 */
export const JOINING_BINDINGS: readonly {
  readonly name: string;
  readonly role: string;
  readonly subjects: readonly string[];
}[] = [
  {
    name: 'pilotage:node-bootstrapper',
    role: 'system:node-bootstrapper',
    subjects: [`Group ${JOINING_NODES}`],
  },
  {
    name: 'pilotage:approve-joining-nodes',
    role: 'system:certificates.k8s.io:certificatesigningrequests:nodeclient',
    subjects: [`Group ${JOINING_NODES}`],
  },
  {
    name: 'pilotage:approve-renewals-of-nodes',
    role: 'system:certificates.k8s.io:certificatesigningrequests:selfnodeclient',
    subjects: ['Group system:nodes'],
  },
];

/** Roles of one namespace, each bound there. */
export const NAMESPACE_ROLES: readonly {
  readonly namespace: string;
  readonly name: string;
  readonly rules: readonly PolicyRule[];
  readonly binding: string;
  readonly subjects: readonly string[];
}[] = [
  {
    namespace: 'kube-system',
    name: 'extension-apiserver-authentication-reader',
    rules: [allow(READ, 'core', 'configmaps', 'extension-apiserver-authentication')],
    binding: 'system::extension-apiserver-authentication-reader',
    subjects: ['User system:kube-controller-manager', 'User system:kube-scheduler'],
  },
];
