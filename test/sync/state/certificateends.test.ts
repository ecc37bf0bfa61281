import { generateKeyPairSync } from 'node:crypto';
import { expect } from 'chai';
import { sequence } from '../../../src/base/derwriter.ts';
import { publicKeyInfo, signCertificate } from '../../../src/base/x509.ts';
import { endingCertificates, endOf } from '../../../src/sync/state/certificateends.ts';

const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
const certificate = (from: string, to: string): string =>
  signCertificate({
    ...{ serial: Uint8Array.of(1), issuer: sequence(), subject: sequence(), extensions: [] },
    ...{ notBefore: Date.parse(from), notAfter: Date.parse(to) },
    ...{ keyInfo: publicKeyInfo(publicKey), issuerKey: privateKey },
  });
const made = (value: unknown) => ({
  ...{
    function: 'genCA',
    template: 'shop/templates/tls.yaml',
    id: '00ff00ff',
    since: '2026-01-01T00:00:00Z',
  },
  value,
});
const pairOf = (from: string, to: string) =>
  made({
    struct: [
      ['Cert', certificate(from, to)],
      ['Key', 'secret'],
    ],
  });
const year = pairOf('2026-01-01', '2027-01-01');
const warnings = (generated: ReturnType<typeof made>, now: string) =>
  endingCertificates('shop/prod', { a: generated }, { a: ['Secret/tls'] }, new Date(now)).map(
    ({ message, remedy }) => `${message}; ${remedy}`,
  );

describe('a certificate that was made once', () => {
  it('has an end, which other values have not', () => {
    expect(endOf(year)).equal('2027-01-01T00:00:00.000Z');
    expect([endOf(made('a password')), endOf(made({ map: [['a', 'b']] }))]).deep.equal([
      undefined,
      undefined,
    ]);
  });

  it('is warned of 30 days before it ends, with how it is renewed', () => {
    expect(warnings(year, '2026-12-01')).deep.equal([]);
    expect(warnings(year, '2026-12-03')).deep.equal([
      'the certificate that genCA made for Secret/tls ends at 2027-01-01T00:00:00.000Z; pilotage generated shop/prod --renew genCA-00ff00ff',
    ]);
  });

  it('is warned of in the last third of its life where that is short', () => {
    const days = pairOf('2026-01-01', '2026-01-10');
    expect(warnings(days, '2026-01-06')).deep.equal([]);
    expect(warnings(days, '2026-01-08')).length(1);
  });

  it('is said to have ended when it has', () => {
    expect(warnings(year, '2027-02-01')[0]).contain('has ended at 2027-01-01');
  });

  it('is no certificate where its text cannot be read', () => {
    expect(endOf(made('-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----'))).equal(undefined);
  });
});
