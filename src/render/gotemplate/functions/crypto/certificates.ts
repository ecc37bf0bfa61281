import { createHash, createPublicKey, type KeyObject, X509Certificate } from 'node:crypto';
import { bits, implicit, octets, oid, sequence, set, tlv, utf8 } from '../../../../base/derwriter.ts';
import { isMappedIpv4, parseIp } from '../../../../base/ip.ts';
import {
  critical,
  plain,
  publicKeyBits,
  publicKeyInfo,
  readCertificate,
  signCertificate,
} from '../../../../base/x509.ts';
import { quote } from '../../format/quote.ts';
import { GoError } from '../../values.ts';
import { parsePrivateKey, pemBlock, privateKeyPem } from './keys.ts';

/** sprig's `certificate`: PEM texts. */
export interface KeyPair {
  readonly cert: string;
  readonly key: string;
}

/** What is asked of a certificate (`getBaseCertTemplate` of sprig's crypto.go). */
export interface CertificateTerms {
  readonly commonName: string;
  /** Already known to be addresses. */
  readonly addresses: readonly (readonly number[])[];
  readonly dnsNames: readonly string[];
  readonly days: bigint;
}

/** What is not written in a template. */
export interface CertificateMeans {
  /** The subject's private key. */
  readonly key: KeyObject;
  /** 16 random bytes. */
  readonly serial: Uint8Array;
  readonly now: Date;
}

interface Issuer {
  readonly name: Buffer;
  readonly key: KeyObject;
  readonly keyId?: Buffer | undefined;
}

export const authority = (terms: CertificateTerms, means: CertificateMeans): KeyPair =>
  issue(terms, means, undefined, true);

export const selfSigned = (terms: CertificateTerms, means: CertificateMeans): KeyPair =>
  issue(terms, means, undefined, false);

export const signedBy = (ca: KeyPair, terms: CertificateTerms, means: CertificateMeans): KeyPair =>
  issue(terms, means, issuerOf(ca), false);

/** @throws GoError in sprig's words */
export function issuerOf(ca: KeyPair): Issuer {
  const der = certificateDer(ca.cert);
  if (!der) throw new GoError('unable to decode certificate');
  const { subject, keyId, publicKey } = parsed(der, 'decodedSignerCert');
  const key = parsedKey(ca.key);
  if (key.asymmetricKeyType === 'dsa') throw new GoError(NO_SIGNER);
  if (!createPublicKey(key).equals(publicKey)) {
    throw new GoError(`${CREATING}x509: provided PrivateKey doesn't match parent's PublicKey`);
  }
  return { name: subject, key, keyId };
}

/** The pair as it was handed in, if it is one. @throws GoError in sprig's words */
export function customPair(pair: KeyPair): KeyPair {
  const der = certificateDer(pair.cert);
  if (!der) throw new GoError('unable to decode certificate');
  parsed(der, 'decodedCert');
  parsedKey(pair.key);
  return pair;
}

/** As Go, the label of the block is not looked at. */
const certificateDer = (text: string): Buffer | undefined => pemBlock(text)?.der;

function parsed(der: Buffer, what: string) {
  try {
    const { subject, subjectKeyId } = readCertificate(der);
    return { subject, keyId: subjectKeyId, publicKey: new X509Certificate(der).publicKey };
  } catch {
    throw new GoError(`error parsing certificate: ${what}.Bytes: x509: malformed certificate`);
  }
}

function parsedKey(text: string): KeyObject {
  try {
    return parsePrivateKey(text);
  } catch (error) {
    throw new GoError(`error parsing private key: ${error instanceof Error ? error.message : String(error)}`);
  }
}

const CREATING = 'error creating certificate: ';
const NO_SIGNER = `${CREATING}x509: certificate private key does not implement crypto.Signer`;
const DAY_NS = 86_400_000_000_000n;

function issue(
  terms: CertificateTerms,
  { key, serial, now }: CertificateMeans,
  issuer: Issuer | undefined,
  isAuthority: boolean,
): KeyPair {
  if (key.asymmetricKeyType === 'dsa') {
    throw new GoError(issuer ? `${CREATING}x509: unsupported public key type: *dsa.PublicKey` : NO_SIGNER);
  }
  const subject = commonNameOf(terms.commonName);
  const keyInfo = publicKeyInfo(key);
  const { name, key: issuerKey, keyId } = issuer ?? { name: subject, key };
  const cert = signCertificate({
    serial,
    issuer: name,
    subject,
    notBefore: now.getTime(),
    // A duration of Go: 64 bits of nanoseconds, which wrap.
    notAfter: now.getTime() + Number(BigInt.asIntN(64, terms.days * DAY_NS) / 1_000_000n),
    keyInfo,
    extensions: [
      ...usages(isAuthority, keyInfo),
      ...(keyId && !name.equals(subject) ? [plain('2.5.29.35', sequence(implicit(0, keyId)))] : []),
      ...alternativeNames(terms),
    ],
    issuerKey,
  });
  return { cert, key: privateKeyPem(key) };
}

/** Printable strings where the characters allow it, as encoding/asn1 chooses. */
const PRINTABLE = /^[A-Za-z0-9 '()+,\-./:=?]*$/;

function commonNameOf(name: string): Buffer {
  if (name === '') return sequence();
  const text = PRINTABLE.test(name) ? tlv(0x13, Buffer.from(name, 'latin1')) : utf8(name);
  return sequence(set(sequence(oid('2.5.4.3'), text)));
}

const SERVER_AUTH = '1.3.6.1.5.5.7.3.1';
const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';

/** Digital signature and key encipherment, for servers and clients; an authority signs certificates, too, and has an identifier (RFC 7093 §2). */
const usages = (isAuthority: boolean, keyInfo: Buffer): Buffer[] => [
  critical('2.5.29.15', isAuthority ? bits(Buffer.of(0b1010_0100), 2) : bits(Buffer.of(0b1010_0000), 5)),
  plain('2.5.29.37', sequence(oid(SERVER_AUTH), oid(CLIENT_AUTH))),
  critical('2.5.29.19', isAuthority ? sequence(tlv(0x01, Buffer.of(0xff))) : sequence()),
  ...(isAuthority ? [plain('2.5.29.14', octets(keyIdentifier(keyInfo)))] : []),
];

const keyIdentifier = (keyInfo: Buffer): Buffer =>
  createHash('sha256').update(publicKeyBits(keyInfo)).digest().subarray(0, 20);

function alternativeNames({ dnsNames, addresses, commonName }: CertificateTerms): Buffer[] {
  const names = [
    ...dnsNames.map((name) => tlv(0x82, Buffer.from(name, 'latin1'))),
    ...addresses.map((address) =>
      tlv(0x87, Buffer.from(isMappedIpv4(address) ? address.slice(12) : address)),
    ),
  ];
  if (names.length === 0) return [];
  return [(commonName === '' ? critical : plain)('2.5.29.17', sequence(...names))];
}

/** Alternative names of a certificate. @throws GoError in the words of sprig and crypto/x509 */
export function checkedDnsName(name: string): string {
  if (/[^\0-\x7f]/.test(name)) {
    throw new GoError(`${CREATING}x509: ${quote(name)} cannot be encoded as an IA5String`);
  }
  return name;
}

/** @throws GoError in sprig's words */
export function checkedAddress(text: string): readonly number[] {
  const address = parseIp(text);
  if (!address) throw new GoError(`error parsing ip: ${text}`);
  return address;
}
