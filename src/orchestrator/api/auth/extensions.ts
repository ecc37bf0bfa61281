import { createHash } from 'node:crypto';
import type { ParsedCertificateRequest } from '../../../base/certificaterequest.ts';
import { bits, implicit, octets, oid, sequence, tlv, yes } from '../../../base/derwriter.ts';
import { parseIp } from '../../../base/ip.ts';
import { critical, plain, publicKeyBits } from '../../../base/x509.ts';
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

const keyIdentifier = (keyInfo: Buffer): Buffer => createHash('sha1').update(publicKeyBits(keyInfo)).digest();

const EMAIL = 0x81;
const DNS = 0x82;
const URI = 0x86;
const ADDRESS = 0x87;

function namesOf(use: CertificateUse): Buffer[] {
  if (use.type === 'server') {
    return use.names.map((name) => {
      const address = parseIp(name);
      return address ? tlv(ADDRESS, Buffer.from(address)) : tlv(DNS, Buffer.from(name));
    });
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
