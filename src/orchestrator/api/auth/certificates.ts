import {
  createHash,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
} from 'node:crypto';
import { isIP } from 'node:net';
import {
  bits,
  explicit,
  implicit,
  integer,
  octets,
  oid,
  pem,
  sequence,
  set,
  time,
  tlv,
  utf8,
  yes,
} from './der.ts';

/** X.509 v3 certificates (RFC 5280) over P-256, which node:crypto can read and verify but not make. */
export interface Subject {
  readonly name: string;
  /** O: the groups of the user, in Kubernetes' reading of a client certificate. */
  readonly groups?: readonly string[];
}

export interface CertificateRequest {
  readonly subject: Subject;
  readonly key: KeyObject;
  readonly issuer: { readonly subject: Subject; readonly key: KeyObject };
  readonly notBefore: number;
  readonly notAfter: number;
  readonly use: CertificateUse;
}

export type CertificateUse =
  | { readonly type: 'authority' }
  | { readonly type: 'server'; readonly names: readonly string[] }
  | { readonly type: 'client' };

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
    explicit(3, sequence(...extensions(request))),
  );
  const signature = sign('sha256', body, request.issuer.key);
  return pem('CERTIFICATE', sequence(body, ECDSA_SHA256, bits(signature)));
}

const publicKeyInfo = (key: KeyObject): Buffer =>
  createPublicKey(key).export({ type: 'spki', format: 'der' });

function distinguishedName({ name, groups = [] }: Subject): Buffer {
  const attribute = (type: string, value: string) => set(sequence(oid(type), utf8(value)));
  return sequence(...groups.map((group) => attribute('2.5.4.10', group)), attribute('2.5.4.3', name));
}

function extensions({ key, issuer, use }: CertificateRequest): Buffer[] {
  const critical = (type: string, value: Buffer) => sequence(oid(type), yes, octets(value));
  const plain = (type: string, value: Buffer) => sequence(oid(type), octets(value));
  const identifiers = [
    plain('2.5.29.14', octets(keyIdentifier(key))),
    plain('2.5.29.35', sequence(implicit(0, keyIdentifier(issuer.key)))),
  ];
  if (use.type === 'authority') {
    return [
      critical('2.5.29.19', sequence(yes)),
      // keyCertSign, cRLSign, digitalSignature
      critical('2.5.29.15', bits(Buffer.from([0x86]), 1)),
      ...identifiers,
    ];
  }
  const purpose = use.type === 'server' ? '1.3.6.1.5.5.7.3.1' : '1.3.6.1.5.5.7.3.2';
  return [
    critical('2.5.29.19', sequence()),
    critical('2.5.29.15', bits(Buffer.from([0x80]), 7)),
    plain('2.5.29.37', sequence(oid(purpose))),
    ...identifiers,
    ...(use.type === 'server' ? [plain('2.5.29.17', sequence(...use.names.map(generalName)))] : []),
  ];
}

/** SHA-1 over the key bits alone (RFC 5280 §4.2.1.2): P-256 points are the last 65 bytes of the info. */
const keyIdentifier = (key: KeyObject): Buffer =>
  createHash('sha1').update(publicKeyInfo(key).subarray(-65)).digest();

function generalName(name: string): Buffer {
  return isIP(name) ? implicit(7, addressBytes(name)) : tlv(0x82, Buffer.from(name));
}

function addressBytes(address: string): Buffer {
  if (isIP(address) === 4) return Buffer.from(address.split('.').map(Number));
  const [head = '', tail] = address.split('::');
  const groups = (text: string | undefined) =>
    text ? text.split(':').map((part) => Number.parseInt(part, 16)) : [];
  const [front, back] = [groups(head), groups(tail)];
  const middle = new Array(8 - front.length - back.length).fill(0);
  const bytes = Buffer.alloc(16);
  [...front, ...middle, ...back].forEach((group, i) => {
    bytes.writeUInt16BE(group, i * 2);
  });
  return bytes;
}
