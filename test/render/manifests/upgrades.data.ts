/** `apiVersion Kind` → the version that is served, undefined where nothing took its place: all that Kubernetes removed up to 1.36. */
const rows = (from: string, to: string | undefined, kinds: string) =>
  kinds.split(' ').map((kind) => [`${from} ${kind}`, to] as const);

export const REMOVED = [
  ...rows('extensions/v1beta1', 'apps/v1', 'Deployment ReplicaSet DaemonSet'),
  ...rows('extensions/v1beta1', 'networking.k8s.io/v1', 'NetworkPolicy Ingress'),
  ...rows('extensions/v1beta1', undefined, 'PodSecurityPolicy'),
  ...rows('policy/v1beta1', undefined, 'PodSecurityPolicy'),
  ...rows('policy/v1beta1', 'policy/v1', 'PodDisruptionBudget'),
  ...rows('apps/v1beta1', 'apps/v1', 'Deployment StatefulSet ControllerRevision'),
  ...rows('apps/v1beta2', 'apps/v1', 'Deployment ReplicaSet DaemonSet StatefulSet ControllerRevision'),
  ...rows(
    'admissionregistration.k8s.io/v1beta1',
    'admissionregistration.k8s.io/v1',
    'MutatingWebhookConfiguration ValidatingWebhookConfiguration ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding',
  ),
  ...rows(
    'admissionregistration.k8s.io/v1alpha1',
    'admissionregistration.k8s.io/v1',
    'ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding',
  ),
  ...rows('apiextensions.k8s.io/v1beta1', 'apiextensions.k8s.io/v1', 'CustomResourceDefinition'),
  ...rows('apiregistration.k8s.io/v1beta1', 'apiregistration.k8s.io/v1', 'APIService'),
  ...rows('autoscaling/v2beta1', 'autoscaling/v2', 'HorizontalPodAutoscaler'),
  ...rows('autoscaling/v2beta2', 'autoscaling/v2', 'HorizontalPodAutoscaler'),
  ...rows('batch/v1beta1', 'batch/v1', 'CronJob'),
  ...rows('batch/v2alpha1', 'batch/v1', 'CronJob'),
  ...rows('certificates.k8s.io/v1beta1', 'certificates.k8s.io/v1', 'CertificateSigningRequest'),
  ...rows('coordination.k8s.io/v1beta1', 'coordination.k8s.io/v1', 'Lease'),
  ...rows('discovery.k8s.io/v1beta1', 'discovery.k8s.io/v1', 'EndpointSlice'),
  ...rows('events.k8s.io/v1beta1', 'events.k8s.io/v1', 'Event'),
  ...['v1beta1', 'v1beta2', 'v1beta3'].flatMap((version) =>
    rows(
      `flowcontrol.apiserver.k8s.io/${version}`,
      'flowcontrol.apiserver.k8s.io/v1',
      'FlowSchema PriorityLevelConfiguration',
    ),
  ),
  ...rows('networking.k8s.io/v1beta1', 'networking.k8s.io/v1', 'Ingress IngressClass'),
  ...rows('node.k8s.io/v1beta1', 'node.k8s.io/v1', 'RuntimeClass'),
  ...rows(
    'rbac.authorization.k8s.io/v1beta1',
    'rbac.authorization.k8s.io/v1',
    'Role RoleBinding ClusterRole ClusterRoleBinding',
  ),
  ...rows('scheduling.k8s.io/v1beta1', 'scheduling.k8s.io/v1', 'PriorityClass'),
  ...rows(
    'storage.k8s.io/v1beta1',
    'storage.k8s.io/v1',
    'CSIDriver CSINode StorageClass VolumeAttachment CSIStorageCapacity',
  ),
  ...rows(
    'storage.k8s.io/v1alpha1',
    'storage.k8s.io/v1',
    'CSIStorageCapacity VolumeAttachment VolumeAttributesClass',
  ),
] as const;

const PRESERVE = { 'x-kubernetes-preserve-unknown-fields': true };
const DEFAULTS = {
  failurePolicy: 'Ignore',
  matchPolicy: 'Exact',
  timeoutSeconds: 30,
  admissionReviewVersions: ['v1beta1'],
};

type Members = Readonly<Record<string, unknown>>;

/** What the old version says → what the new one says: of fields that are others, or mean something else. */
export const CONVERSIONS: readonly (readonly [
  title: string,
  name: string,
  before: Members,
  after: Members,
])[] = [
  [
    'webhooks, with the defaults that they had',
    'admissionregistration.k8s.io/v1beta1 ValidatingWebhookConfiguration',
    { webhooks: [{ name: 'a', sideEffects: 'None', timeoutSeconds: 5 }] },
    { webhooks: [{ ...DEFAULTS, name: 'a', sideEffects: 'None', timeoutSeconds: 5 }] },
  ],
  [
    'a definition with one schema for all versions',
    'apiextensions.k8s.io/v1beta1 CustomResourceDefinition',
    {
      spec: {
        group: 'shop.dev',
        version: 'v1',
        validation: { openAPIV3Schema: { properties: { spec: { type: 'object' } } } },
        subresources: { status: {} },
        additionalPrinterColumns: [{ name: 'Size', type: 'string', JSONPath: '.spec.size' }],
        preserveUnknownFields: false,
      },
    },
    {
      spec: {
        group: 'shop.dev',
        scope: 'Namespaced',
        versions: [
          {
            name: 'v1',
            served: true,
            storage: true,
            schema: { openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object' } } } },
            subresources: { status: {} },
            additionalPrinterColumns: [{ name: 'Size', type: 'string', jsonPath: '.spec.size' }],
          },
        ],
      },
    },
  ],
  [
    'a definition without a schema, which kept whatever it was given',
    'apiextensions.k8s.io/v1beta1 CustomResourceDefinition',
    {
      spec: {
        scope: 'Cluster',
        versions: [{ name: 'v2', served: true, storage: true }],
        conversion: { strategy: 'Webhook', webhookClientConfig: { url: 'https://a' } },
      },
    },
    {
      spec: {
        scope: 'Cluster',
        versions: [
          {
            name: 'v2',
            served: true,
            storage: true,
            schema: { openAPIV3Schema: { type: 'object', ...PRESERVE } },
          },
        ],
        conversion: {
          strategy: 'Webhook',
          webhook: { clientConfig: { url: 'https://a' }, conversionReviewVersions: ['v1beta1'] },
        },
      },
    },
  ],
  [
    'a budget for no pods, which would be one for all',
    'policy/v1beta1 PodDisruptionBudget',
    { spec: { minAvailable: 1, selector: {} } },
    { spec: { minAvailable: 1 } },
  ],
  [
    'shares by their old name',
    'flowcontrol.apiserver.k8s.io/v1beta1 PriorityLevelConfiguration',
    { spec: { type: 'Limited', limited: { assuredConcurrencyShares: 5 } } },
    { spec: { type: 'Limited', limited: { nominalConcurrencyShares: 5 } } },
  ],
  [
    'no shares, which meant the default',
    'flowcontrol.apiserver.k8s.io/v1beta3 PriorityLevelConfiguration',
    { spec: { type: 'Limited', limited: { nominalConcurrencyShares: 0 } } },
    { spec: { type: 'Limited', limited: {} } },
  ],
  [
    'the topology of endpoints',
    'discovery.k8s.io/v1beta1 EndpointSlice',
    {
      endpoints: [
        {
          addresses: ['10.0.0.1'],
          topology: { 'kubernetes.io/hostname': 'n', 'topology.kubernetes.io/zone': 'z', x: 'y' },
        },
        { addresses: ['10.0.0.2'] },
      ],
    },
    {
      endpoints: [
        { addresses: ['10.0.0.1'], nodeName: 'n', zone: 'z', deprecatedTopology: { x: 'y' } },
        { addresses: ['10.0.0.2'] },
      ],
    },
  ],
  [
    'the workload of an autoscaler',
    'autoscaling/v2beta2 HorizontalPodAutoscaler',
    { spec: { scaleTargetRef: { apiVersion: 'extensions/v1beta1', kind: 'Deployment', name: 'web' } } },
    { spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' } } },
  ],
];

export const OBSTACLES: readonly (readonly [title: string, name: string, object: Members, said: string])[] = [
  [
    'a webhook that does not say whether it has side effects',
    'admissionregistration.k8s.io/v1beta1 MutatingWebhookConfiguration',
    { webhooks: [{ name: 'a.shop.dev' }] },
    'the webhook a.shop.dev does not say whether it has side effects',
  ],
  [
    'a webhook with side effects',
    'admissionregistration.k8s.io/v1beta1 MutatingWebhookConfiguration',
    { webhooks: [{ name: 'a.shop.dev', sideEffects: 'Some' }] },
    'has sideEffects: Some, which v1 does not accept',
  ],
  [
    'a certificate that nobody in particular is to sign',
    'certificates.k8s.io/v1beta1 CertificateSigningRequest',
    { spec: { usages: ['client auth'] } },
    'v1 needs a signerName',
  ],
  ['a policy of pods', 'policy/v1beta1 PodSecurityPolicy', {}, 'nothing took its place'],
];
