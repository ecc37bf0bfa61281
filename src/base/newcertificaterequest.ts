import { createPublicKey, type KeyObject, sign } from 'node:crypto';
import { bits, explicit, integer, octets, oid, pem, sequence, set, tlv, utf8 } from './derwriter.ts';

export interface NewCertificateRequest {
  readonly commonName: string;
  readonly organizations?: readonly string[];
  /** Subject alternative names. */
  readonly dnsNames?: readonly string[];
  /** Over P-256; it signs the request. */
  readonly key: KeyObject;
}

/** A PKCS #10 request (RFC 2986), PEM. */
export function newCertificateRequest(request: NewCertificateRequest): string {
  const { commonName, organizations = [], dnsNames = [], key } = request;
  const attribute = (type: string, value: string) => set(sequence(oid(type), utf8(value)));
  const info = sequence(
    integer(Buffer.from([0])),
    sequence(...organizations.map((one) => attribute('2.5.4.10', one)), attribute('2.5.4.3', commonName)),
    createPublicKey(key).export({ type: 'spki', format: 'der' }),
    explicit(0, dnsNames.length > 0 ? extensionRequest(dnsNames) : Buffer.alloc(0)),
  );
  const signature = bits(sign('sha256', info, key));
  return pem('CERTIFICATE REQUEST', sequence(info, sequence(oid('1.2.840.10045.4.3.2')), signature));
}

function extensionRequest(dnsNames: readonly string[]): Buffer {
  const names = sequence(...dnsNames.map((name) => tlv(0x82, Buffer.from(name, 'latin1'))));
  return sequence(oid('1.2.840.113549.1.9.14'), set(sequence(sequence(oid('2.5.29.17'), octets(names)))));
}
