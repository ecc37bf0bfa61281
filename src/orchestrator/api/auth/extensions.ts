import { createHash } from 'node:crypto';
import { isIP } from 'node:net';
import type { ParsedCertificateRequest } from '../../../base/certificaterequest.ts';
import { derElements } from '../../../base/derreader.ts';
import { bits, implicit, octets, oid, sequence, tlv, yes } from '../../../base/derwriter.ts';
import { keyUsageBits, purposesOf } from './keyusages.ts';

/** What a certificate is for. */
export type CertificateUse =
  | { readonly type: 'authority' }
  | { readonly type: 'server'; readonly names: readonly string[] }
  | { readonly type: 'client' }
  /** As a CertificateSigningRequest asks: `client auth`, `digital signature`. */
  | { readonly type: 'requested'; readonly usages: readonly string[]; readonly names: RequestedNames };

export type RequestedNames = Pick<
  ParsedCertificateRequest,
  'dnsNames' | 'ipAddresses' | 'emailAddresses' | 'uris'
>;

export interface ExtensionParts {
  readonly use: CertificateUse;
  /** SubjectPublicKeyInfo, DER. */
  readonly keyInfo: Buffer;
  readonly issuerKeyInfo: Buffer;
  /** Without one, the alternative names are all that names the subject. */
  readonly hasSubject: boolean;
}

/** The extensions of a certificate (RFC 5280 §4.2). */
export function extensions({ use, keyInfo, issuerKeyInfo, hasSubject }: ExtensionParts): Buffer[] {
  const isAuthority = use.type === 'authority';
  const purposes = purposesOf(usagesOf(use));
  const names = namesOf(use);
  return [
    critical('2.5.29.19', isAuthority ? sequence(yes) : sequence()),
    ...keyUsage(usagesOf(use)),
    ...(purposes.length > 0 ? [plain('2.5.29.37', sequence(...purposes.map(oid)))] : []),
    plain('2.5.29.14', octets(keyIdentifier(keyInfo))),
    plain('2.5.29.35', sequence(implicit(0, keyIdentifier(issuerKeyInfo)))),
    ...(names.length > 0 ? [(hasSubject ? plain : critical)('2.5.29.17', sequence(...names))] : []),
  ];
}

const critical = (type: string, value: Buffer) => sequence(oid(type), yes, octets(value));
const plain = (type: string, value: Buffer) => sequence(oid(type), octets(value));

function usagesOf(use: CertificateUse): readonly string[] {
  switch (use.type) {
    case 'authority':
      return ['cert sign', 'crl sign', 'digital signature'];
    case 'server':
      return ['digital signature', 'server auth'];
    case 'client':
      return ['digital signature', 'client auth'];
    case 'requested':
      return use.usages;
  }
}

function keyUsage(usages: readonly string[]): Buffer[] {
  const { bytes, unused } = keyUsageBits(usages);
  return bytes.length > 0 ? [critical('2.5.29.15', bits(bytes, unused))] : [];
}

/** SHA-1 over the bits of the key alone (RFC 5280 §4.2.1.2), without the octet that counts the unused ones. */
function keyIdentifier(keyInfo: Buffer): Buffer {
  const [info] = derElements(keyInfo);
  const [, key] = derElements(info?.content ?? Buffer.alloc(0));
  return createHash('sha1')
    .update(key?.content.subarray(1) ?? keyInfo)
    .digest();
}

const EMAIL = 0x81;
const DNS = 0x82;
const URI = 0x86;
const ADDRESS = 0x87;

function namesOf(use: CertificateUse): Buffer[] {
  if (use.type === 'server') {
    return use.names.map((name) =>
      isIP(name) ? tlv(ADDRESS, addressBytes(name)) : tlv(DNS, Buffer.from(name)),
    );
  }
  if (use.type !== 'requested') return [];
  const { dnsNames, emailAddresses, ipAddresses, uris } = use.names;
  const texts = (tag: number, all: readonly string[]) =>
    all.map((text) => tlv(tag, Buffer.from(text, 'latin1')));
  return [
    ...texts(DNS, dnsNames),
    ...texts(EMAIL, emailAddresses),
    ...ipAddresses.map((bytes) => tlv(ADDRESS, Buffer.from(bytes))),
    ...texts(URI, uris),
  ];
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
