import { createHash, randomInt, X509Certificate } from 'node:crypto';
import { rfc3339 } from '../../base/clock.ts';
import type { Secret } from '../kinds/objects.data.ts';
import { SECRETS } from '../kinds/resources.data.ts';

/** What lets a machine join as a node (Kubernetes' bootstrap tokens, `k8s.io/cluster-bootstrap/token/api`): `id.secret`. */
export interface BootstrapToken {
  /** Six characters, which are no secret: the Secret is named by them. */
  readonly id: string;
  /** Sixteen. */
  readonly secret: string;
}

export const BOOTSTRAP_NAMESPACE = 'kube-system';
export const BOOTSTRAP_TYPE = 'bootstrap.kubernetes.io/token';
/** Every bearer is in it; further groups of a token begin with `system:bootstrappers:`. */
export const BOOTSTRAPPERS = 'system:bootstrappers';
/** Whose bearers may ask for the certificate of a node. */
export const JOINING_NODES = 'system:bootstrappers:pilotage:nodes';
export const secretName = (id: string): string => `bootstrap-token-${id}`;

/** undefined: the text has not the form `id.secret`. */
export function parseBootstrapToken(text: string): BootstrapToken | undefined {
  const [, id, secret] = /^([a-z0-9]{6})\.([a-z0-9]{16})$/.exec(text) ?? [];
  return id !== undefined && secret !== undefined ? { id, secret } : undefined;
}

const CHARACTERS = 'abcdefghijklmnopqrstuvwxyz0123456789';
const randomText = (length: number): string =>
  Array.from({ length }, () => CHARACTERS[randomInt(CHARACTERS.length)]).join('');

export const newBootstrapToken = (): BootstrapToken => ({ id: randomText(6), secret: randomText(16) });

/** The Secret that makes a token valid until `expiresAt` (ms since the epoch); deleting it ends the token. */
export const bootstrapSecret = ({ id, secret }: BootstrapToken, expiresAt: number | undefined): Secret => ({
  apiVersion: 'v1',
  kind: SECRETS.kind,
  metadata: { name: secretName(id), namespace: BOOTSTRAP_NAMESPACE },
  type: BOOTSTRAP_TYPE,
  stringData: {
    'token-id': id,
    'token-secret': secret,
    'usage-bootstrap-authentication': 'true',
    'auth-extra-groups': JOINING_NODES,
    description: 'lets machines join as nodes (pilotage node token)',
    ...(expiresAt === undefined ? {} : { expiration: rfc3339(expiresAt) }),
  },
});

/** By which a machine that joins knows the authority of the cluster: over its public key, as `kubeadm join --discovery-token-ca-cert-hash` has it. */
export function authorityHash(pem: string): string {
  const key = new X509Certificate(pem).publicKey.export({ type: 'spki', format: 'der' });
  return `sha256:${createHash('sha256').update(key).digest('hex')}`;
}
