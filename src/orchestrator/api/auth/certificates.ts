import { generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';
import { oid, sequence, set, utf8 } from '../../../base/derwriter.ts';
import { publicKeyInfo, signCertificate } from '../../../base/x509.ts';
import { type CertificateUse, extensions } from './extensions.ts';

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

/** The certificate as PEM. */
export const certificate = (request: CertificateRequest): string =>
  signCertificate({
    serial: randomBytes(16),
    issuer: distinguishedName(request.issuer.subject),
    subject: distinguishedName(request.subject),
    notBefore: request.notBefore,
    notAfter: request.notAfter,
    keyInfo: publicKeyInfo(request.key),
    extensions: extensionsOf(request),
    issuerKey: request.issuer.key,
  });

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
