import type { ParsedCertificateRequest } from '../../../base/certificaterequest.ts';

/** Signers of Kubernetes itself. */
export const KUBELET_CLIENT = 'kubernetes.io/kube-apiserver-client-kubelet';
const API_CLIENT = 'kubernetes.io/kube-apiserver-client';
const KUBELET_SERVING = 'kubernetes.io/kubelet-serving';

type Judge = (request: ParsedCertificateRequest, usages: readonly string[]) => string | undefined;

/** The signers whose key is the cluster's authority, and why each would not sign a request. */
const SIGNERS: Readonly<Record<string, Judge>> = {
  [API_CLIENT]: (_request, usages) => clientUsagesProblem(usages),
  [KUBELET_CLIENT]: kubeletClientProblem,
  [KUBELET_SERVING]: kubeletServingProblem,
};

/** Why `signer` would not sign: its rule in Kubernetes' words, or undefined; also undefined for a signer that is not ours. */
export const problemFor = (
  signer: string,
  request: ParsedCertificateRequest,
  usages: readonly string[],
): string | undefined => SIGNERS[signer]?.(request, usages);

export const isOurs = (signer: string): boolean => Object.hasOwn(SIGNERS, signer);

/** Kubernetes `pkg/controller/certificates/signer/signer.go`, validAPIServerClientUsages. */
function clientUsagesProblem(usages: readonly string[]): string | undefined {
  const other = usages.find((usage) => !['digital signature', 'key encipherment', CLIENT].includes(usage));
  if (other !== undefined) return `invalid usage for client certificate: ${other}`;
  return usages.includes(CLIENT) ? undefined : `missing required usage for client certificate: ${CLIENT}`;
}

/** Kubernetes `pkg/apis/certificates/helpers.go`, ValidateKubeletClientCSR. */
export function kubeletClientProblem(
  request: ParsedCertificateRequest,
  usages: readonly string[],
): string | undefined {
  const { dnsNames, emailAddresses, ipAddresses, uris } = request;
  if (!isOfNodes(request)) return NOT_OF_NODES;
  if (dnsNames.length > 0) return notAllowed('DNS');
  if (emailAddresses.length > 0) return notAllowed('Email');
  if (ipAddresses.length > 0) return notAllowed('IP');
  if (uris.length > 0) return notAllowed('URI');
  return nodeNameProblem(request) ?? usagesProblem(usages, CLIENT);
}

/** The same file, ValidateKubeletServingCSR. */
function kubeletServingProblem(
  request: ParsedCertificateRequest,
  usages: readonly string[],
): string | undefined {
  const { dnsNames, emailAddresses, ipAddresses, uris } = request;
  if (!isOfNodes(request)) return NOT_OF_NODES;
  if (dnsNames.length === 0 && ipAddresses.length === 0) return 'DNS or IP subjectAltName is required';
  if (emailAddresses.length > 0) return notAllowed('Email');
  if (uris.length > 0) return notAllowed('URI');
  return usagesProblem(usages, SERVER) ?? nodeNameProblem(request);
}

const CLIENT = 'client auth';
const SERVER = 'server auth';
const NOT_OF_NODES = 'subject organization is not system:nodes';

const notAllowed = (what: string): string => `${what} subjectAltNames are not allowed`;

const isOfNodes = ({ organizations }: ParsedCertificateRequest): boolean =>
  organizations.length === 1 && organizations[0] === 'system:nodes';

const nodeNameProblem = ({ commonName }: ParsedCertificateRequest): string | undefined =>
  commonName.startsWith('system:node:') ? undefined : 'subject common name does not begin with system:node:';

/** Keys that are not RSA do not encipher keys. */
function usagesProblem(usages: readonly string[], purpose: string): string | undefined {
  const asked = new Set(usages);
  const required = ['digital signature', purpose];
  const others = [...asked].filter((usage) => !required.includes(usage) && usage !== 'key encipherment');
  return others.length === 0 && required.every((usage) => asked.has(usage))
    ? undefined
    : `usages did not match [${[...required, 'key encipherment'].sort().join(' ')}]`;
}
