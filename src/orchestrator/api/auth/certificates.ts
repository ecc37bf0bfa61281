import { createPublicKey, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { bits, explicit, integer, oid, pem, sequence, set, time, utf8 } from '../../../base/derwriter.ts';
import { type CertificateUse, extensions } from './extensions.ts';

/** X.509 v3 certificates (RFC 5280) over P-256, which node:crypto can read and verify but not make. */
export interface Subject {
  /** CN; left out when it is empty. */
  readonly name: string;
  /** O: the groups of the user, in Kubernetes' reading of a client certificate. */
  readonly groups?: readonly string[];
}

export interface CertificateRequest {
  readonly subject: Subject;
  /** The subject's, of any algorithm: its public half is all that is needed. */
  readonly key: KeyObject;
  /** With a private key over P-256. */
  readonly issuer: { readonly subject: Subject; readonly key: KeyObject };
  readonly notBefore: number;
  readonly notAfter: number;
  readonly use: CertificateUse;
}

export const newKey = (): KeyObject => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;

export const keyPem = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'pem' }).toString();

const ECDSA_SHA256 = sequence(oid('1.2.840.10045.4.3.2'));

/** The certificate as PEM. */
export function certificate(request: CertificateRequest): string {
  const body = sequence(
    explicit(0, integer(Buffer.from([2]))),
    integer(randomBytes(16)),
    ECDSA_SHA256,
    distinguishedName(request.issuer.subject),
    sequence(time(request.notBefore), time(request.notAfter)),
    distinguishedName(request.subject),
    publicKeyInfo(request.key),
    explicit(3, sequence(...extensionsOf(request))),
  );
  const signature = sign('sha256', body, request.issuer.key);
  return pem('CERTIFICATE', sequence(body, ECDSA_SHA256, bits(signature)));
}

const publicKeyInfo = (key: KeyObject): Buffer =>
  (key.type === 'public' ? key : createPublicKey(key)).export({ type: 'spki', format: 'der' });

const extensionsOf = ({ key, issuer, subject, use }: CertificateRequest): Buffer[] =>
  extensions({
    use,
    keyInfo: publicKeyInfo(key),
    issuerKeyInfo: publicKeyInfo(issuer.key),
    hasSubject: subject.name !== '' || (subject.groups ?? []).length > 0,
  });

function distinguishedName({ name, groups = [] }: Subject): Buffer {
  const attribute = (type: string, value: string) => set(sequence(oid(type), utf8(value)));
  const own = name === '' ? [] : [attribute('2.5.4.3', name)];
  return sequence(...groups.map((group) => attribute('2.5.4.10', group)), ...own);
}
