import { generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';
import { type Clock, sleep } from '../../../base/clock.ts';
import { ProblemError } from '../../../base/errors.ts';
import { newCertificateRequest } from '../../../base/newcertificaterequest.ts';
import type { KubeClient } from '../../../kube/client/client.ts';
import { NODE_USER, NODES_GROUP } from '../../../kube/client/nodeuser.ts';
import type { CertificateSigningRequest } from '../../../kube/kinds/objects.data.ts';
import { CERTIFICATE_SIGNING_REQUESTS } from '../../../kube/kinds/resources.data.ts';

const SIGNER = 'kubernetes.io/kube-apiserver-client-kubelet';
const LOOK_MS = 50;
const WAIT_MS = 60_000;

/** PEM texts. */
export interface NodeCredentials {
  readonly cert: string;
  readonly key: string;
}

export interface CertificateWish {
  /** As the bearer of a bootstrap token, or as the node itself. */
  readonly client: KubeClient;
  readonly nodeName: string;
  /** Seconds; absent: as long as the signer gives. */
  readonly lasts?: number;
  readonly clock: Clock;
  readonly signal?: AbortSignal;
}

/**
 * A client certificate of the node, by a CertificateSigningRequest, as a kubelet asks for its own (`pkg/kubelet/certificate/bootstrap`).
 * @throws ProblemError NodeNameTaken, CertificateDenied, CertificatePending
 */
export async function obtainCertificate(wish: CertificateWish): Promise<NodeCredentials> {
  const { client, nodeName, lasts, clock, signal } = wish;
  const key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  const name = `node-csr-${nodeName.slice(0, 40).replace(/[^a-z0-9]+$/, '')}-${randomBytes(5).toString('hex')}`;
  await client.create(CERTIFICATE_SIGNING_REQUESTS, {
    apiVersion: 'certificates.k8s.io/v1',
    kind: 'CertificateSigningRequest',
    metadata: { name },
    spec: {
      request: requestFor(nodeName, key),
      signerName: SIGNER,
      usages: ['digital signature', 'client auth'],
      ...(lasts === undefined ? {} : { expirationSeconds: lasts }),
    },
  });
  const deadline = clock.monotonic() + WAIT_MS;
  for (;;) {
    const csr = await client.get(CERTIFICATE_SIGNING_REQUESTS, { name });
    const cert = issued(csr, nodeName);
    if (cert !== undefined) return { cert, key: key.export({ type: 'pkcs8', format: 'pem' }).toString() };
    if (clock.monotonic() >= deadline) throw pending(name);
    await sleep(clock, LOOK_MS, signal);
  }
}

const requestFor = (nodeName: string, key: KeyObject): string =>
  Buffer.from(
    newCertificateRequest({ commonName: `${NODE_USER}${nodeName}`, organizations: [NODES_GROUP], key }),
  ).toString('base64');

function issued({ status = {} }: CertificateSigningRequest, nodeName: string): string | undefined {
  const refused = (status.conditions ?? []).find(({ type }) => type === 'Denied' || type === 'Failed');
  if (refused?.reason === 'NodeNameTaken') {
    throw new ProblemError({
      reason: 'NodeNameTaken',
      message: `Another node of that cluster is called ${nodeName} already.`,
      remedy: `Choose another name: --node-name NAME; or, where that one is to go, was away for too long or has lost its data, end its agent, then: kubectl delete node ${nodeName}.`,
    });
  }
  if (refused) {
    throw new ProblemError({
      reason: 'CertificateDenied',
      message: `The cluster gives no certificate for the node ${nodeName}: ${refused.message ?? refused.reason ?? refused.type}.`,
    });
  }
  return status.certificate ? Buffer.from(status.certificate, 'base64').toString('utf8') : undefined;
}

const pending = (name: string): ProblemError =>
  new ProblemError({
    reason: 'CertificatePending',
    message: `Nobody has approved the CertificateSigningRequest ${name} for ${WAIT_MS / 1000} s.`,
    remedy: `See what holds it up: kubectl describe csr ${name}; a person may approve it (kubectl certificate approve ${name}), then run the command again.`,
  });
