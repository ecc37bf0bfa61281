import { createPublicKey, type KeyObject, sign } from 'node:crypto';
import type { CertificateSigningRequest } from '../../src/kube/kinds/objects.data.ts';
import { newKey } from '../../src/orchestrator/api/auth/certificates.ts';
import {
  bits,
  explicit,
  integer,
  octets,
  oid,
  pem,
  sequence,
  set,
  tlv,
  utf8,
} from '../../src/orchestrator/api/auth/der.ts';

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
export function newRequest({ commonName, organizations = [], dnsNames = [], key = newKey() }: Asked): string {
  const attribute = (type: string, value: string) => set(sequence(oid(type), utf8(value)));
  const names = sequence(...dnsNames.map((name) => tlv(0x82, Buffer.from(name))));
  const extension = sequence(oid('2.5.29.17'), octets(names));
  const info = sequence(
    integer(Buffer.from([0])),
    sequence(...organizations.map((one) => attribute('2.5.4.10', one)), attribute('2.5.4.3', commonName)),
    createPublicKey(key).export({ type: 'spki', format: 'der' }),
    explicit(
      0,
      dnsNames.length > 0
        ? sequence(oid('1.2.840.113549.1.9.14'), set(sequence(extension)))
        : Buffer.alloc(0),
    ),
  );
  const signature = bits(sign('sha256', info, key));
  const request = sequence(info, sequence(oid('1.2.840.10045.4.3.2')), signature);
  return Buffer.from(pem('CERTIFICATE REQUEST', request)).toString('base64');
}
