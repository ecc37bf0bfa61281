import { expect } from 'chai';
import { parseCertificateRequest } from '../../src/base/certificaterequest.ts';
import { REQUEST_PEM } from '../contract/signingrequest.ts';

const problemOf = (pem: string): string => {
  const parsed = parseCertificateRequest(pem);
  return parsed.ok ? 'no problem' : parsed.problems.map(({ message }) => message).join();
};

const body = (der: Buffer) =>
  `-----BEGIN CERTIFICATE REQUEST-----\n${der.toString('base64')}\n-----END CERTIFICATE REQUEST-----\n`;
const der = Buffer.from(REQUEST_PEM.replace(/-----[^-]+-----/g, ''), 'base64');

describe('a certificate request', () => {
  it('says whose certificate is wanted, and for which names', () => {
    const parsed = parseCertificateRequest(REQUEST_PEM);
    if (!parsed.ok) throw new Error(problemOf(REQUEST_PEM));
    const { publicKey, ...rest } = parsed.value;
    expect(publicKey.asymmetricKeyDetails).to.deep.equal({ namedCurve: 'prime256v1' });
    expect(rest).to.deep.equal({
      commonName: 'system:node:n1',
      organizations: ['system:nodes', 'two'],
      dnsNames: ['n1.example.com'],
      ipAddresses: [
        [10, 0, 0, 1],
        [0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1],
      ],
      emailAddresses: ['a@b.c'],
      uris: ['spiffe://x/y'],
    });
  });

  it('is refused when it is anything else', () => {
    expect(problemOf('')).to.equal('PEM block type must be CERTIFICATE REQUEST');
    expect(problemOf(REQUEST_PEM.replaceAll('CERTIFICATE REQUEST', 'CERTIFICATE'))).to.equal(
      'PEM block type must be CERTIFICATE REQUEST',
    );
    expect(problemOf(body(Buffer.from([0x30, 0x03, 0x02, 0x01, 0x01])))).to.contain('asn1: structure error');
  });

  it('is refused when its signature does not fit, wherever it was changed', () => {
    const changed = Buffer.from(der);
    changed[40] = (changed[40] ?? 0) ^ 1;
    expect(problemOf(body(changed))).to.equal('x509: certificate request signature is not valid');
  });

  it('is refused without harm wherever it is cut off', () => {
    for (let length = 0; length < der.length; length++) {
      expect(problemOf(body(der.subarray(0, length))), String(length)).to.not.equal('no problem');
    }
  });
});
