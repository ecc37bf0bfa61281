import { spawnSync } from 'node:child_process';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import {
  parsePrivateKey,
  privateKeyPem,
} from '../../../../../src/render/gotemplate/functions/crypto/keys.ts';
import { nilSlice, Struct, type Value } from '../../../../../src/render/gotemplate/values.ts';
import { DSA_KEY, EC_KEY, ED_KEY, field, NOW, render } from './render.ts';

const certOf = (value: Value): X509Certificate => new X509Certificate(field(value, 'Cert'));
const extensionsOf = (value: Value): string =>
  spawnSync(
    'openssl',
    ['x509', '-noout', '-ext', 'keyUsage,extendedKeyUsage,basicConstraints,subjectAltName'],
    {
      input: field(value, 'Cert'),
      encoding: 'utf8',
    },
  ).stdout;

describe("sprig's functions of keys and certificates", () => {
  it('genPrivateKey writes the form of each algorithm', () => {
    const keys: readonly [string, string][] = [
      ['ecdsa', EC_KEY],
      ['ed25519', ED_KEY],
      ['dsa', DSA_KEY],
    ];
    for (const [type, pem] of keys) {
      expect(privateKeyPem(parsePrivateKey(pem))).equal(pem);
      // A new DSA key takes a second.
      if (type === 'dsa') continue;
      const made = String(render({}, 'seed', false).call('genPrivateKey', type));
      expect(made.split('\n')[0]).equal(pem.split('\n')[0]);
    }
  });

  it('genPrivateKey asks for RSA keys of 4096 bits, certificates for those of 2048', () => {
    const { call, asked } = render();
    for (const type of ['', 'rsa']) call('genPrivateKey', type);
    call('genCA', 'ca', 1n);
    expect(asked).deep.equal(['rsa-4096', 'rsa-4096', 'rsa-2048']);
  });

  it('genCA makes an authority that lasts its days', () => {
    const { call } = render({}, 'seed', false);
    const made = call('genCA', 'my-ca', 365n);
    const ca = certOf(made);
    expect(ca.subject).equal('CN=my-ca');
    expect(ca.ca).equal(true);
    expect(ca.verify(ca.publicKey)).equal(true);
    expect([new Date(ca.validFrom), new Date(ca.validTo)]).deep.equal([
      NOW,
      new Date('2027-03-01T12:00:00Z'),
    ]);
    expect(field(made, 'Key')).match(/^-----BEGIN RSA PRIVATE KEY-----/);
    expect(ca.checkPrivateKey(createPrivateKey(field(made, 'Key')))).equal(true);
    expect(extensionsOf(made)).contain('Digital Signature, Key Encipherment, Certificate Sign');
    expect(extensionsOf(made)).contain('CA:TRUE');
  });

  it('genSignedCert makes a certificate for names and addresses that openssl verifies', () => {
    const { call } = render();
    const ca = call('genCA', 'my-ca', 365n);
    const ips = ['10.0.0.1', '2001:db8::1', '::ffff:1.2.3.4'];
    const made = call('genSignedCert', 'web', ips, ['web.shop.svc', '*.example.com'], 30n, ca);
    const cert = certOf(made);
    expect(cert.subjectAltName).equal(
      'DNS:web.shop.svc, DNS:*.example.com, IP Address:10.0.0.1, IP Address:2001:DB8:0:0:0:0:0:1, IP Address:1.2.3.4',
    );
    expect([cert.issuer, cert.ca, cert.checkIssued(certOf(ca))]).deep.equal(['CN=my-ca', false, true]);
    expect(extensionsOf(made)).contain('TLS Web Server Authentication, TLS Web Client Authentication');
    const dir = mkdtempSync(join(tmpdir(), 'pilotage-certificates-'));
    try {
      writeFileSync(join(dir, 'ca.pem'), field(ca, 'Cert'));
      writeFileSync(join(dir, 'web.pem'), field(made, 'Cert'));
      const at = String(NOW.getTime() / 1000 + 60);
      const args = [
        'verify',
        '-x509_strict',
        '-attime',
        at,
        '-CAfile',
        'ca.pem',
        '-verify_hostname',
        'web.shop.svc',
      ];
      const { stdout, stderr } = spawnSync('openssl', [...args, 'web.pem'], { cwd: dir, encoding: 'utf8' });
      expect(stdout + stderr).equal('web.pem: OK\n');
    } finally {
      rmSync(dir, { recursive: true });
    }
  });

  it('genSignedCertWithKey signs with an authority of another algorithm, over the key that it is given', () => {
    const { call } = render();
    const ca = call('genCAWithKey', 'ümlaut', 10n, ED_KEY);
    const made = call('genSignedCertWithKey', 'web', nilSlice('[]interface {}'), ['a.b'], 10n, ca, EC_KEY);
    expect(certOf(made).verify(certOf(ca).publicKey)).equal(true);
    expect(certOf(made).issuer).equal('CN=ümlaut');
    expect([field(made, 'Key'), field(ca, 'Key')]).deep.equal([EC_KEY, ED_KEY]);
  });

  it('genSelfSignedCertWithKey makes one that is no authority, without a subject if there is no name', () => {
    const made = render().call('genSelfSignedCertWithKey', '', [], ['a.b'], 10n, EC_KEY);
    expect(certOf(made).verify(certOf(made).publicKey)).equal(true);
    expect(certOf(made).ca).equal(false);
    expect(extensionsOf(made)).contain('Alternative Name: critical');
  });

  it('buildCustomCert takes a pair as it is, and says what is wrong with any other', () => {
    const { call } = render();
    const pair = call('genCAWithKey', 'ca', 10n, EC_KEY);
    const base64 = (text: string): string => Buffer.from(text).toString('base64');
    const [cert, key] = [field(pair, 'Cert'), field(pair, 'Key')];
    expect(call('buildCustomCert', base64(cert), base64(key))).deep.equal(pair);
    expect(() => call('buildCustomCert', base64(key), base64(key))).throw(
      'error parsing certificate: decodedCert.Bytes: x509: malformed certificate',
    );
    expect(() => call('buildCustomCert', base64(cert), base64(cert))).throw(
      'error parsing private key: no private key data in PEM block of type CERTIFICATE',
    );
  });

  it('genSignedCert refuses an authority whose key is of another certificate', () => {
    const { call } = render();
    const fields = (cert: Value, key: Value): Struct =>
      new Struct(
        { name: 'sprig.certificate' },
        new Map([
          ['Cert', field(cert, 'Cert')],
          ['Key', field(key, 'Key')],
        ]),
      );
    const mixed = fields(call('genCA', 'a', 1n), call('genCA', 'b', 1n));
    expect(() => call('genSignedCert', 'web', [], [], 1n, mixed)).throw(
      "error creating certificate: x509: provided PrivateKey doesn't match parent's PublicKey",
    );
  });

  it('DSA keys have no certificates', () => {
    const { call } = render();
    expect(() => call('genCAWithKey', 'a', 1n, DSA_KEY)).throw(
      'certificate private key does not implement crypto.Signer',
    );
    expect(() => call('genSignedCertWithKey', 'a', [], [], 1n, call('genCA', 'b', 1n), DSA_KEY)).throw(
      'x509: unsupported public key type: *dsa.PublicKey',
    );
  });
});
