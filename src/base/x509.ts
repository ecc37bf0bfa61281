import { createPublicKey, type KeyObject, sign } from 'node:crypto';
import { type DerElement, derElements } from './derreader.ts';
import { bits, explicit, integer, octets, oid, pem, sequence, time, tlv, yes } from './derwriter.ts';

/** What is written into an X.509 v3 certificate (RFC 5280), which node:crypto can read and verify but not make. */
export interface CertificateParts {
  /** A non-negative number, big-endian. */
  readonly serial: Uint8Array;
  /** Distinguished names, DER. */
  readonly issuer: Uint8Array;
  readonly subject: Uint8Array;
  /** Milliseconds since 1970. */
  readonly notBefore: number;
  readonly notAfter: number;
  /** SubjectPublicKeyInfo, DER. */
  readonly keyInfo: Uint8Array;
  readonly extensions: readonly Uint8Array[];
  /** The issuer's private key: RSA, Ed25519, or over a curve of NIST. */
  readonly issuerKey: KeyObject;
}

/** The certificate as PEM. @throws RangeError for an issuer's key that signs none */
export function signCertificate(parts: CertificateParts): string {
  const { algorithm, digest } = signatureOf(parts.issuerKey);
  const body = sequence(
    explicit(0, integer(Buffer.from([2]))),
    integer(parts.serial),
    algorithm,
    parts.issuer,
    sequence(time(parts.notBefore), time(parts.notAfter)),
    parts.subject,
    parts.keyInfo,
    explicit(3, sequence(...parts.extensions)),
  );
  return pem('CERTIFICATE', sequence(body, algorithm, bits(sign(digest, body, parts.issuerKey))));
}

export const critical = (type: string, value: Uint8Array): Buffer => sequence(oid(type), yes, octets(value));
export const plain = (type: string, value: Uint8Array): Buffer => sequence(oid(type), octets(value));

/** SubjectPublicKeyInfo of a public key, or of the public half of a private one. */
export const publicKeyInfo = (key: KeyObject): Buffer =>
  (key.type === 'public' ? key : createPublicKey(key)).export({ type: 'spki', format: 'der' });

/** The bits of the key alone, of which identifiers are made (RFC 5280 §4.2.1.2), without the octet that counts the unused ones. */
export function publicKeyBits(keyInfo: Buffer): Buffer {
  const [info] = derElements(keyInfo);
  const [, key] = derElements(info?.content ?? Buffer.alloc(0));
  return key?.content.subarray(1) ?? keyInfo;
}

interface SignatureAlgorithm {
  /** AlgorithmIdentifier, DER. */
  readonly algorithm: Buffer;
  readonly digest: string | null;
}

const algorithmOf = (name: string, digest: string | null, ...parameters: Buffer[]): SignatureAlgorithm => ({
  algorithm: sequence(oid(name), ...parameters),
  digest,
});

const ECDSA_SHA256 = algorithmOf('1.2.840.10045.4.3.2', 'sha256');
const CURVES: Readonly<Record<string, SignatureAlgorithm>> = {
  secp224r1: ECDSA_SHA256,
  prime256v1: ECDSA_SHA256,
  secp384r1: algorithmOf('1.2.840.10045.4.3.3', 'sha384'),
  secp521r1: algorithmOf('1.2.840.10045.4.3.4', 'sha512'),
};
const RSA_SHA256 = algorithmOf('1.2.840.113549.1.1.11', 'sha256', tlv(0x05));
const ED25519 = algorithmOf('1.3.101.112', null);

function signatureOf(key: KeyObject): SignatureAlgorithm {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  if (type === 'rsa') return RSA_SHA256;
  if (type === 'ed25519') return ED25519;
  const curve = details?.namedCurve ?? '';
  const known = type === 'ec' && Object.hasOwn(CURVES, curve) ? CURVES[curve] : undefined;
  if (!known) throw new RangeError(`a key of type ${type} ${curve} signs no certificates`);
  return known;
}

/** What a certificate says of its subject, as others need it who are signed by it. */
export interface ReadCertificate {
  /** Distinguished name, DER. */
  readonly subject: Buffer;
  readonly subjectKeyId: Buffer | undefined;
}

/** @throws RangeError for what is not a certificate */
export function readCertificate(der: Buffer): ReadCertificate {
  const [certificate] = derElements(der);
  const [body] = inside(certificate);
  const parts = inside(body);
  const [, , , , subject] = parts[0]?.tag === 0xa0 ? parts.slice(1) : parts;
  if (!subject) throw new RangeError('a certificate without a subject');
  const extensions = inside(inside(parts.find(({ tag }) => tag === 0xa3))[0]).map(inside);
  const type = oid('2.5.29.14');
  const value = extensions.find(([name]) => name && type.equals(name.whole))?.at(-1);
  return { subject: subject.whole, subjectKeyId: inside(value)[0]?.content };
}

const inside = (element: DerElement | undefined): readonly DerElement[] =>
  element ? derElements(element.content) : [];
