import { parseCertificateRequest } from '../../../base/certificaterequest.ts';
import { nodeOf } from '../../../kube/client/nodeuser.ts';
import { HOSTNAME_LABEL, ZONE_LABEL } from '../../../kube/kinds/nodes/words.ts';
import type { CertificateSigningRequest, Node } from '../../../kube/kinds/objects.data.ts';
import { deepEqual } from '../../../kube/values/equal.ts';
import { forbidden } from '../errors.ts';
import type { AdmissionAttributes, AdmissionPlugin } from './plugin.ts';
import { isSigningRequest } from './signers.ts';

/**
 * What a node's agent may not say of its own Node: whatever would draw pods to it that are meant for others (Kubernetes
 * `plugin/pkg/admission/noderestriction`, admitNode); and for whom it may not ask certificates. Which objects it may write at all is the node authorizer's.
 */
export const nodeRestriction: AdmissionPlugin = {
  name: 'NodeRestriction',
  validate(attributes) {
    const { user, kind, operation, object, live } = attributes;
    const node = nodeOf(user);
    if (node === undefined || operation === 'DELETE') return;
    if (isSigningRequest(attributes)) assertOwnRequest(node, attributes);
    if (kind.group !== '' || kind.plural !== 'nodes') return;
    const { name = '' } = object.metadata;
    const problem =
      name === node
        ? contentProblem(node, object as Node, live as Node | undefined)
        : `node "${node}" is not allowed to modify node "${name}"`;
    if (problem) throw forbidden(kind, name, problem);
  },
};

const OF_NODES: readonly string[] = [
  'kubernetes.io/kubelet-serving',
  'kubernetes.io/kube-apiserver-client-kubelet',
];

/** A node asks for certificates of its own name only (admitCSR). */
function assertOwnRequest(node: string, { operation, kind, object }: AdmissionAttributes): void {
  const { metadata, spec } = object as CertificateSigningRequest;
  if (operation !== 'CREATE' || !OF_NODES.includes(spec.signerName)) return;
  const parsed = parseCertificateRequest(Buffer.from(spec.request, 'base64').toString('latin1'));
  if (parsed.ok && parsed.value.commonName === `system:node:${node}`) return;
  throw forbidden(kind, metadata.name ?? '', `can only create a node CSR with CN=system:node:${node}`);
}

function contentProblem(node: string, object: Node, live: Node | undefined): string | undefined {
  if (live && !deepEqual(object.spec?.taints ?? [], live.spec?.taints ?? []))
    return `node "${node}" is not allowed to modify taints`;
  if (live && !deepEqual(object.metadata.ownerReferences ?? [], live.metadata.ownerReferences ?? []))
    return `node "${node}" is not allowed to modify ownerReferences`;
  const labels = modified(object.metadata.labels, live?.metadata.labels).filter(isForbidden).sort();
  if (labels.length === 0) return undefined;
  return live
    ? `is not allowed to modify labels: ${labels.join(', ')}`
    : `node "${node}" is not allowed to set the following labels: ${labels.join(', ')}`;
}

type Labels = AdmissionAttributes['object']['metadata']['labels'];

const modified = (after: Labels = {}, before: Labels = {}): readonly string[] =>
  [...new Set([...Object.keys(after), ...Object.keys(before)])].filter((key) => after[key] !== before[key]);

/** The labels of Kubernetes that kubelets set themselves (k8s.io/kubelet `pkg/apis/well_known_labels.go`). */
const OF_KUBELETS: ReadonlySet<string> = new Set([
  HOSTNAME_LABEL,
  'kubernetes.io/os',
  'kubernetes.io/arch',
  ZONE_LABEL,
  'topology.kubernetes.io/region',
  'failure-domain.beta.kubernetes.io/zone',
  'failure-domain.beta.kubernetes.io/region',
  'node.kubernetes.io/instance-type',
  'beta.kubernetes.io/instance-type',
  'beta.kubernetes.io/os',
  'beta.kubernetes.io/arch',
]);

/** `a` is in the domain `b` when it is `b` or ends in `.b`. */
const isIn = (domain: string, parent: string): boolean => domain === parent || domain.endsWith(`.${parent}`);

function isForbidden(label: string): boolean {
  const domain = label.includes('/') ? label.slice(0, label.indexOf('/')) : '';
  if (isIn(domain, 'node-restriction.kubernetes.io')) return true;
  const isKubernetes = isIn(domain, 'kubernetes.io') || isIn(domain, 'k8s.io');
  const isKubelet =
    OF_KUBELETS.has(label) || isIn(domain, 'kubelet.kubernetes.io') || isIn(domain, 'node.kubernetes.io');
  return isKubernetes && !isKubelet;
}
