/**
 * The tests of Kubernetes' conformance suite that need no running container, by file of `test/e2e`. Decided by reading each test: no step of
 * it, nor of what runs before it, waits for a container that runs, is ready or has ended, nor talks to one (commands, logs, HTTP).
 * Objects may be created that a container would come from (a Deployment's pods, which stay pending). Names are without their tags.
 */
export const WITHOUT_CONTAINER: Readonly<Record<string, readonly string[]>> = {
  'apimachinery/aggregated_discovery.go': [
    'AggregatedDiscovery should support aggregated discovery interface',
    'AggregatedDiscovery should support aggregated discovery interface for CRDs',
    'AggregatedDiscovery should support raw aggregated discovery endpoint Accept headers',
    'AggregatedDiscovery should support raw aggregated discovery request for CRDs',
  ],
  'apimachinery/chunking.go': [
    'Servers with support for API chunking should return chunks of results for list calls',
    'Servers with support for API chunking should support continue listing from the last key if the original version has been compacted away, though the list is inconsistent',
  ],
  'apimachinery/crd_publish_openapi.go': [
    'CustomResourcePublishOpenAPI removes definition from spec when one version gets changed to not be served',
    'CustomResourcePublishOpenAPI updates the published spec when one version gets renamed',
    'CustomResourcePublishOpenAPI works for CRD preserving unknown fields at the schema root',
    'CustomResourcePublishOpenAPI works for CRD preserving unknown fields in an embedded object',
    'CustomResourcePublishOpenAPI works for CRD with validation schema',
    'CustomResourcePublishOpenAPI works for CRD without validation schema',
    'CustomResourcePublishOpenAPI works for multiple CRDs of different groups',
    'CustomResourcePublishOpenAPI works for multiple CRDs of same group and version but different kinds',
    'CustomResourcePublishOpenAPI works for multiple CRDs of same group but different versions',
  ],
  'apimachinery/crd_watch.go': [
    'CustomResourceDefinition Watch CustomResourceDefinition Watch watch on custom resource definition objects',
  ],
  'apimachinery/custom_resource_definition.go': [
    'CustomResourceDefinition resources Simple CustomResourceDefinition creating/deleting custom resource definition objects works',
    'CustomResourceDefinition resources Simple CustomResourceDefinition getting/updating/patching custom resource definition status sub-resource works',
    'CustomResourceDefinition resources Simple CustomResourceDefinition listing custom resource definition objects works',
    'CustomResourceDefinition resources custom resource defaulting for requests and from storage works',
    'CustomResourceDefinition resources should include custom resource definition resources in discovery documents',
  ],
  'apimachinery/discovery.go': [
    'Discovery should locate the groupVersion and a resource within each APIGroup',
    'Discovery should validate PreferredVersion for each APIGroup',
  ],
  'apimachinery/field_validation.go': [
    'FieldValidation should create/apply a CR with unknown fields for CRD with no validation schema',
    'FieldValidation should create/apply a valid CR for CRD with validation schema',
    'FieldValidation should create/apply an invalid CR with extra properties for CRD with validation schema',
    'FieldValidation should detect duplicates in a CR when preserving unknown fields',
    'FieldValidation should detect unknown and duplicate fields of a typed object',
    'FieldValidation should detect unknown metadata fields in both the root and embedded object of a CR',
    'FieldValidation should detect unknown metadata fields of a typed object',
  ],
  'apimachinery/flowcontrol.go': [
    'API priority and fairness should support FlowSchema API operations',
    'API priority and fairness should support PriorityLevelConfiguration API operations',
  ],
  'apimachinery/garbage_collector.go': [
    'Garbage collector should delete RS created by deployment when not orphaning',
    'Garbage collector should delete pods created by rc when not orphaning',
    'Garbage collector should keep the rc around until all its pods are deleted if the deleteOptions says so',
    'Garbage collector should not be blocked by dependency circle',
    "Garbage collector should not delete dependents that have both valid owner and owner that's waiting for dependents to be deleted",
    'Garbage collector should orphan RS created by deployment when deleteOptions.PropagationPolicy is Orphan',
    'Garbage collector should orphan pods created by rc if delete options say so',
  ],
  'apimachinery/namespace.go': [
    'Namespaces should apply a finalizer to a Namespace',
    'Namespaces should apply an update to a Namespace',
    'Namespaces should apply changes to a namespace status',
    'Namespaces should ensure that all services are removed when a namespace is deleted',
    'Namespaces should patch a Namespace',
  ],
  'apimachinery/resource_quota.go': [
    'ResourceQuota should apply changes to a resourcequota status',
    'ResourceQuota should be able to update and delete ResourceQuota.',
    'ResourceQuota should create a ResourceQuota and capture the life of a configMap.',
    'ResourceQuota should create a ResourceQuota and capture the life of a pod.',
    'ResourceQuota should create a ResourceQuota and capture the life of a replica set.',
    'ResourceQuota should create a ResourceQuota and capture the life of a replication controller.',
    'ResourceQuota should create a ResourceQuota and capture the life of a secret.',
    'ResourceQuota should create a ResourceQuota and capture the life of a service.',
    'ResourceQuota should create a ResourceQuota and ensure its status is promptly calculated.',
    'ResourceQuota should manage the lifecycle of a ResourceQuota',
    'ResourceQuota should verify ResourceQuota with best effort scope.',
    'ResourceQuota should verify ResourceQuota with terminating scopes.',
  ],
  'apimachinery/server_version.go': ['server version should find the server version'],
  'apimachinery/table_conversion.go': [
    'Servers with support for Table transformation should return a 406 for a backend which does not implement metadata',
  ],
  'apimachinery/validatingadmissionpolicy.go': [
    'ValidatingAdmissionPolicy should allow expressions to refer variables.',
    'ValidatingAdmissionPolicy should support ValidatingAdmissionPolicy API operations',
    'ValidatingAdmissionPolicy should support ValidatingAdmissionPolicyBinding API operations',
    'ValidatingAdmissionPolicy should validate against a Deployment',
  ],
  'apimachinery/watch.go': [
    'Watchers should be able to restart watching from the last resource version observed by the previous watch',
    'Watchers should be able to start watching from a specific resource version',
    'Watchers should observe add, update, and delete watch notifications on configmaps',
    'Watchers should observe an object deletion if it stops meeting the requirements of the selector',
    'Watchers should receive events on concurrent watches in same order',
  ],
  'apps/cronjob.go': [
    'CronJob should not schedule jobs when suspended',
    'CronJob should not schedule new jobs when ForbidConcurrent',
    'CronJob should replace jobs when ReplaceConcurrent',
    'CronJob should schedule multiple jobs concurrently',
    'CronJob should support CronJob API operations',
  ],
  'apps/disruption.go': [
    'DisruptionController Listing PodDisruptionBudgets for all namespaces should list and delete a collection of PodDisruptionBudgets',
    'DisruptionController should create a PodDisruptionBudget',
  ],
  'apps/rc.go': [
    'ReplicationController should get and update a ReplicationController scale',
    'ReplicationController should release no longer matching pods',
    'ReplicationController should surface a failure condition on a common issue like exceeded quota',
  ],
  'architecture/conformance.go': ['Conformance Tests should have at least two untainted nodes'],
  'auth/certificates.go': ['Certificates API should support CSR API operations'],
  'auth/service_accounts.go': [
    'ServiceAccounts should allow opting out of API token automount',
    'ServiceAccounts should create a serviceAccountToken and ensure a successful TokenReview',
    'ServiceAccounts should guarantee kube-root-ca.crt exist in any namespace',
    'ServiceAccounts should run through the lifecycle of a ServiceAccount',
    'ServiceAccounts should update a ServiceAccount',
  ],
  'auth/subjectreviews.go': ['SubjectReview should support SubjectReview API operations'],
  'common/node/configmap.go': [
    'ConfigMap should fail to create ConfigMap with empty key',
    'ConfigMap should run through a ConfigMap lifecycle',
  ],
  'common/node/kubelet.go': [
    'Kubelet when scheduling a busybox command that always fails in a pod should be possible to delete',
  ],
  'common/node/lease.go': ['Lease lease API should be available'],
  'common/node/podtemplates.go': [
    'PodTemplates should delete a collection of pod templates',
    'PodTemplates should replace a pod template',
    'PodTemplates should run the lifecycle of PodTemplates',
  ],
  'common/node/runtimeclass.go': [
    'RuntimeClass should reject a Pod requesting a deleted RuntimeClass',
    'RuntimeClass should reject a Pod requesting a non-existent RuntimeClass',
    'RuntimeClass should schedule a Pod requesting a RuntimeClass and initialize its Overhead',
    'RuntimeClass should schedule a Pod requesting a RuntimeClass without PodOverhead',
    'RuntimeClass should support RuntimeClasses API operations',
  ],
  'common/node/secrets.go': [
    'Secrets should fail to create secret due to empty secret key',
    'Secrets should patch a secret',
  ],
  'common/node/sysctl.go': ['Sysctls should reject invalid sysctls'],
  'common/storage/configmap_volume.go': ['ConfigMap should be immutable if `immutable` field is set'],
  'common/storage/secrets_volume.go': ['Secrets should be immutable if `immutable` field is set'],
  'dra/dra.go': [
    'CRUD Tests resource.k8s.io/v1 DeviceClass',
    'CRUD Tests resource.k8s.io/v1 ResourceClaim',
    'CRUD Tests resource.k8s.io/v1 ResourceClaimTemplate',
    'CRUD Tests resource.k8s.io/v1 ResourceSlice',
  ],
  'instrumentation/core_events.go': [
    'Events should delete a collection of events',
    'Events should manage the lifecycle of an event',
  ],
  'instrumentation/events.go': [
    'Events API should delete a collection of events',
    'Events API should ensure that an event can be fetched, patched, deleted, and listed',
  ],
  'kubectl/kubectl.go': [
    'Kubectl client Kubectl api-versions should check if v1 is in available api versions',
    'Kubectl client Kubectl cluster-info should check if Kubernetes control plane services is included in cluster-info',
    'Kubectl client Kubectl diff should check if kubectl diff finds a difference for Deployments',
    'Kubectl client Kubectl run pod should create a pod from an image when restart is Never',
    'Kubectl client Kubectl server-side dry-run should check if kubectl can dry-run update Pods',
    'Kubectl client Kubectl version should check is all data is printed',
    'Kubectl client Proxy server should support --unix-socket=/path',
    'Kubectl client Proxy server should support proxy with --port 0',
  ],
  'network/apiserver.go': [
    'API Server should have Endpoints and EndpointSlices pointing to API Server',
    'API Server should provide secure master service',
  ],
  'network/endpoints.go': [
    'Endpoints should test the lifecycle of an Endpoint',
    'EndpointsController should create and delete Endpoints for a Service with a selector that matches no pods',
  ],
  'network/endpointslice.go': [
    'EndpointSlice should create and delete EndpointSlices for a Service with a selector that matches no pods',
    'EndpointSlice should support creating EndpointSlice API operations',
  ],
  'network/endpointslicemirroring.go': [
    'EndpointSliceMirroring should mirror a custom Endpoints resource through create update and delete',
  ],
  'network/ingress.go': ['Ingress API should support creating Ingress API operations'],
  'network/ingressclass.go': ['IngressClass API should support creating IngressClass API operations'],
  'network/service.go': [
    'Services should complete a service status lifecycle',
    'Services should delete a collection of services',
    'Services should find a service from listing all namespaces',
  ],
  'network/service_cidrs.go': [
    'ServiceCIDR and IPAddress API should support IPAddress API operations',
    'ServiceCIDR and IPAddress API should support ServiceCIDR API operations',
  ],
  'node/node_lifecycle.go': ['Node Lifecycle should run through the lifecycle of a node'],
  'node/pods.go': [
    'Pods Extended Pods Set QOS Class should be set on Pods with matching resource requests and limits for memory and cpu',
  ],
  'scheduling/limit_range.go': [
    'LimitRange should create a LimitRange with defaults and ensure pod has those defaults applied.',
    'LimitRange should list, patch and delete a LimitRange by collection',
  ],
  'scheduling/predicates.go': [
    'SchedulerPredicates validates that NodeSelector is respected if not matching',
  ],
  'scheduling/preemption.go': [
    'SchedulerPreemption PriorityClass endpoints verify PriorityClass endpoints can be operated with different HTTP methods',
  ],
  'storage/csi_inline.go': [
    'CSIInlineVolumes should run through the lifecycle of a CSIDriver',
    'CSIInlineVolumes should support CSIVolumeSource in Pod API',
  ],
  'storage/csi_node.go': ['CSINodes CSI Conformance should run through the lifecycle of a csinode'],
  'storage/csistoragecapacity.go': ['CSIStorageCapacity should support CSIStorageCapacities API operations'],
  'storage/persistent_volumes.go': [
    'PersistentVolumes CSI Conformance should apply changes to a pv/pvc status',
    'PersistentVolumes CSI Conformance should run through the lifecycle of a PV and a PVC',
  ],
  'storage/storageclass.go': [
    'StorageClasses CSI Conformance should run through the lifecycle of a StorageClass',
  ],
  'storage/volume_attachment.go': [
    'VolumeAttachment Conformance should apply changes to a volumeattachment status',
    'VolumeAttachment Conformance should run through the lifecycle of a VolumeAttachment',
  ],
  'storage/volumeattributesclass.go': [
    'VolumeAttributesClass should run through the lifecycle of a VolumeAttributesClass',
  ],
};
