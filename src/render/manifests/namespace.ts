import type { Problem } from '../../base/errors.ts';
import * as resources from '../../kube/kinds/resources.data.ts';
import type { KubeObject, Resource } from '../../kube/values/types.ts';
import { formatRef, refOf } from '../../kube/values/types.ts';
import type { Written } from './read.ts';

/** Kinds of Kubernetes itself that live outside namespaces, as `group/Kind`. CRDs' scopes are the cluster's to know: sync asks it. */
const CLUSTER_SCOPED: ReadonlySet<string> = new Set([
  ...Object.values<unknown>(resources)
    .filter(isResource)
    .filter((row) => !row.namespaced)
    .map((row) => `${row.group}/${row.kind}`),
  ...['/PersistentVolume', '/ComponentStatus'],
  ...['rbac.authorization.k8s.io/ClusterRole', 'rbac.authorization.k8s.io/ClusterRoleBinding'],
  ...[
    'storage.k8s.io/StorageClass',
    'storage.k8s.io/CSIDriver',
    'storage.k8s.io/CSINode',
    'storage.k8s.io/VolumeAttachment',
  ],
  ...['scheduling.k8s.io/PriorityClass', 'node.k8s.io/RuntimeClass', 'networking.k8s.io/IngressClass'],
  ...['networking.k8s.io/IPAddress', 'networking.k8s.io/ServiceCIDR'],
  ...[
    'MutatingWebhookConfiguration',
    'ValidatingWebhookConfiguration',
    'ValidatingAdmissionPolicy',
    'ValidatingAdmissionPolicyBinding',
  ].map((kind) => `admissionregistration.k8s.io/${kind}`),
  'apiregistration.k8s.io/APIService',
  'certificates.k8s.io/CertificateSigningRequest',
  'flowcontrol.apiserver.k8s.io/FlowSchema',
  'flowcontrol.apiserver.k8s.io/PriorityLevelConfiguration',
]);

function isResource(value: unknown): value is Resource {
  return typeof value === 'object' && value !== null && 'namespaced' in value && 'kind' in value;
}

function isClusterScoped(object: { apiVersion: string; kind: string }): boolean {
  const slash = object.apiVersion.indexOf('/');
  const group = slash < 0 ? '' : object.apiVersion.slice(0, slash);
  return CLUSTER_SCOPED.has(`${group}/${object.kind}`);
}

/**
 * No namespace, or `default`, means the environment's own; another one is a Problem unless the environment allows it.
 * Custom kinds get the namespace too: whether they are cluster-scoped is known only to the cluster.
 */
export function assignNamespace(
  written: Written,
  namespace: string,
  allowOthers: boolean,
): Written | Problem {
  const { object, origin } = written;
  const named = object.metadata.namespace;
  if (isClusterScoped(object))
    return named === undefined ? written : { ...written, object: inNamespace(object, undefined) };
  if (named === undefined || named === '' || named === 'default') {
    return { ...written, object: inNamespace(object, namespace) };
  }
  if (named === namespace || allowOthers) return written;
  return {
    reason: 'ForeignNamespace',
    message: `${formatRef(refOf(object))} names the namespace ${named}, but this environment lives in ${namespace}`,
    place: origin,
    remedy: 'Leave metadata.namespace out, or set `namespaces: allow` for the environment in pilotage.yaml.',
  };
}

function inNamespace(object: KubeObject, namespace: string | undefined): KubeObject {
  const { namespace: _, ...metadata } = object.metadata;
  return { ...object, metadata: namespace === undefined ? metadata : { ...metadata, namespace } };
}
