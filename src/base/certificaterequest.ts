import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { type DerElement, derElements, oidText } from './derreader.ts';
import { failed, ok, type Result } from './errors.ts';

/** A PKCS #10 request (RFC 2986) whose signature has been verified: what a signer may certify. */
export interface ParsedCertificateRequest {
  readonly publicKey: KeyObject;
  readonly commonName: string;
  /** In the order of the subject. */
  readonly organizations: readonly string[];
  /** Subject alternative names that are asked for. */
  readonly dnsNames: readonly string[];
  /** 4 bytes each, or 16. */
  readonly ipAddresses: readonly (readonly number[])[];
  readonly emailAddresses: readonly string[];
  readonly uris: readonly string[];
}

const PEM = /-----BEGIN ([A-Z0-9 ]+)-----([^-]*)-----END \1-----/;

/** Fails in the words of Go's crypto/x509, which Kubernetes passes on. */
export function parseCertificateRequest(pem: string): Result<ParsedCertificateRequest> {
  const [, label, body = ''] = PEM.exec(pem) ?? [];
  if (label !== 'CERTIFICATE REQUEST') return refused('PEM block type must be CERTIFICATE REQUEST');
  try {
    return parse(Buffer.from(body, 'base64'));
  } catch (error) {
    return refused(`asn1: structure error: ${error instanceof Error ? error.message : String(error)}`);
  }
}

const refused = (message: string): Result<never> => failed({ reason: 'InvalidCertificateRequest', message });

function parse(der: Buffer): Result<ParsedCertificateRequest> {
  const [request] = derElements(der);
  const [info, algorithm, signature] = inside(request);
  const [, subject, key, attributes] = inside(info);
  if (!info || !subject || !key || !signature) return refused('asn1: structure error: sequence truncated');
  const publicKey = createPublicKey({ key: key.whole, format: 'der', type: 'spki' });
  const oid = oidText(inside(algorithm)[0]?.content ?? Buffer.alloc(0));
  // The first octet of a bit string counts the bits that are not used.
  if (!isSigned(oid, info.whole, publicKey, signature.content.subarray(1)))
    return refused('x509: certificate request signature is not valid');
  const names = alternativeNames(attributes);
  const named = (tag: number) => names.filter((name) => name.tag === tag);
  const texts = (tag: number) => named(tag).map(({ content }) => content.toString('latin1'));
  return ok({
    publicKey,
    commonName: subjectValues(subject, COMMON_NAME).at(-1) ?? '',
    organizations: subjectValues(subject, ORGANIZATION),
    emailAddresses: texts(0x81),
    dnsNames: texts(0x82),
    uris: texts(0x86),
    ipAddresses: named(0x87).map(({ content }) => [...content]),
  });
}

const inside = (element: DerElement | undefined): readonly DerElement[] =>
  element ? derElements(element.content) : [];

/** Signature algorithm → digest. Ed25519 has its own. */
const DIGESTS: Readonly<Record<string, string | null>> = {
  '1.2.840.113549.1.1.11': 'sha256',
  '1.2.840.113549.1.1.12': 'sha384',
  '1.2.840.113549.1.1.13': 'sha512',
  '1.2.840.10045.4.3.2': 'sha256',
  '1.2.840.10045.4.3.3': 'sha384',
  '1.2.840.10045.4.3.4': 'sha512',
  '1.3.101.112': null,
};

function isSigned(oid: string, info: Buffer, key: KeyObject, signature: Buffer): boolean {
  const digest = DIGESTS[oid];
  return digest !== undefined && verify(digest, info, key, signature);
}

const COMMON_NAME = '2.5.4.3';
const ORGANIZATION = '2.5.4.10';

/** A name is a sequence of sets of (type, value). */
function subjectValues(subject: DerElement, type: string): readonly string[] {
  return inside(subject)
    .flatMap(inside)
    .map(inside)
    .filter(([oid]) => oid && oidText(oid.content) === type)
    .map(([, value]) => value?.content.toString('utf8') ?? '');
}

const EXTENSION_REQUEST = '1.2.840.113549.1.9.14';
const ALTERNATIVE_NAMES = '2.5.29.17';

function alternativeNames(attributes: DerElement | undefined): readonly DerElement[] {
  const extensions = inside(attributes)
    .map(inside)
    .filter(([oid]) => oid && oidText(oid.content) === EXTENSION_REQUEST)
    .flatMap(([, values]) => inside(values).flatMap(inside));
  const value = extensions
    .map(inside)
    .find(([oid]) => oid && oidText(oid.content) === ALTERNATIVE_NAMES)
    ?.at(-1);
  return inside(value).flatMap(inside);
}
