import { expect } from 'chai';
import { problemOf } from '../../src/base/errors.ts';
import { type EncryptionFlags, encryptionOf } from '../../src/cli/encryption.ts';

const ELSEWHERE = ['0.0.0.0', '10.1.2.3', '::', 'builder', '2001:db8::7'];
const LOOPBACK = ['127.0.0.1', '127.9.9.9', '::1', 'localhost'];

const chosen = (flags: EncryptionFlags, host: string): string => {
  try {
    return encryptionOf(flags, { host, port: 7080 }).type;
  } catch (error) {
    return problemOf(error).reason;
  }
};

describe('whether the HTTP face is encrypted', () => {
  it('is so by default wherever others reach it, and not on loopback', () => {
    for (const host of ELSEWHERE) expect(chosen({}, host), host).to.equal('own');
    for (const host of LOOPBACK) expect(chosen({}, host), host).to.equal('none');
  });

  it('is refused to be no wherever others reach it, unless that is called insecure', () => {
    for (const host of ELSEWHERE) {
      expect(chosen({ tls: false }, host), host).to.equal('InsecureAddress');
      expect(chosen({ insecure: true }, host), host).to.equal('none');
      expect(chosen({ tls: false, insecure: true }, host), host).to.equal('none');
    }
  });

  it('may be asked for on loopback too', () => {
    for (const host of LOOPBACK) {
      expect(chosen({ tls: true }, host), host).to.equal('own');
      expect(chosen({ tls: false }, host), host).to.equal('none');
    }
  });

  it('is with the certificate that was given, wherever it listens', () => {
    const files = { httpCert: 'tls.crt', httpKey: 'tls.key' };
    for (const host of [...ELSEWHERE, ...LOOPBACK]) expect(chosen(files, host), host).to.equal('given');
  });

  it('is refused where the flags do not agree, or half of a pair is missing', () => {
    const files = { httpCert: 'tls.crt', httpKey: 'tls.key' };
    const wrong: readonly EncryptionFlags[] = [
      { httpCert: 'tls.crt' },
      { httpKey: 'tls.key' },
      { ...files, insecure: true },
      { ...files, tls: false },
      { tls: true, insecure: true },
    ];
    for (const flags of wrong) expect(chosen(flags, '10.1.2.3'), JSON.stringify(flags)).to.equal('Misuse');
  });
});
