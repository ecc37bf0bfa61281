import type { KeyObject } from 'node:crypto';
import { newCertificateRequest } from '../../src/base/newcertificaterequest.ts';
import type { CertificateSigningRequest } from '../../src/kube/kinds/objects.data.ts';
import { newKey } from '../../src/orchestrator/api/auth/certificates.ts';

/** Made by `openssl req -new`: CN=system:node:n1, two organizations, and a name of each sort. */
export const REQUEST_PEM = `-----BEGIN CERTIFICATE REQUEST-----
MIIBUTCB+QIBADA+MRUwEwYDVQQKDAxzeXN0ZW06bm9kZXMxDDAKBgNVBAoMA3R3
bzEXMBUGA1UEAwwOc3lzdGVtOm5vZGU6bjEwWTATBgcqhkjOPQIBBggqhkjOPQMB
BwNCAAR8dNeq0T67O71pShGHufxKiOIfh+7s3rWxm7sUvJ7JRFnUYIMbcVkBodc5
w4FostjNUgs0Bq5qBQJXUR3gkRWNoFkwVwYJKoZIhvcNAQkOMUowSDBGBgNVHREE
PzA9gg5uMS5leGFtcGxlLmNvbYcECgAAAYcQIAENuAAAAAAAAAAAAAAAAYEFYUBi
LmOGDHNwaWZmZTovL3gveTAKBggqhkjOPQQDAgNHADBEAiBaLl/t+OpLdXdOz2MV
Srynno1sshK069STqZe1wpzHUAIgVsUk6Qz4Ewpe+t0q83YfWJ+86xu2mtYq+wyc
4tPfiHM=
-----END CERTIFICATE REQUEST-----
`;

export const signingRequest = (
  name: string,
  spec: Partial<CertificateSigningRequest['spec']> = {},
): CertificateSigningRequest => ({
  apiVersion: 'certificates.k8s.io/v1',
  kind: 'CertificateSigningRequest',
  metadata: { name },
  spec: {
    request: Buffer.from(REQUEST_PEM).toString('base64'),
    signerName: 'example.com/tester',
    usages: ['client auth'],
    ...spec,
  },
});

interface Asked {
  readonly commonName: string;
  readonly organizations?: readonly string[];
  readonly dnsNames?: readonly string[];
  /** Default: a new one. */
  readonly key?: KeyObject;
}

/** A PKCS #10 request, base64 of PEM, as `spec.request` holds it. */
export const newRequest = ({ key = newKey(), ...asked }: Asked): string =>
  Buffer.from(newCertificateRequest({ ...asked, key })).toString('base64');
