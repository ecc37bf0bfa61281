import { X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { NetworkInterfaceInfo } from 'node:os';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { problemOf } from '../../src/base/errors.ts';
import type { Encryption } from '../../src/cli/context.ts';
import { namesOf, openCertificates } from '../../src/compose/certificates.ts';
import { openAuthority } from '../../src/orchestrator/api/auth/pki.ts';
import { FakeClock } from '../fakes/clock.ts';

const DAY = 86_400_000;

const address = (of: string, more: Partial<NetworkInterfaceInfo> = {}): NetworkInterfaceInfo =>
  ({ address: of, internal: false, ...more }) as NetworkInterfaceInfo;

describe('the certificate of the HTTP face', () => {
  let dataDir: string;
  let clock: FakeClock;
  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'pilotage-certificates-'));
    clock = new FakeClock();
  });
  afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

  const openWith = (encryption: Encryption, httpNames: readonly string[] = ['builder']) =>
    openCertificates({ dataDir, encryption, http: { host: '10.1.2.3', port: 7080 }, httpNames, clock });
  const shown = async (certificates: Awaited<ReturnType<typeof openWith>>) => {
    const presented = await certificates?.read();
    return {
      certificate: new X509Certificate(presented?.certificate.cert ?? ''),
      ...(presented?.local ? { local: new X509Certificate(presented.local.cert) } : {}),
    };
  };

  it('is none where the face speaks plain HTTP', async () => {
    expect(await openWith({ type: 'none' })).to.equal(undefined);
  });

  it('comes from the authority of the data directory, for the names and the address that it is reached by', async () => {
    const certificates = await openWith({ type: 'own' });
    const { certificate, local } = await shown(certificates);
    const ca = new X509Certificate(openAuthority({ dir: join(dataDir, 'pki'), clock }).ca);
    expect(certificate.verify(ca.publicKey)).to.equal(true);
    expect(certificate.checkHost('builder')).to.equal('builder');
    expect(certificate.checkIP('10.1.2.3')).to.equal('10.1.2.3');
    expect(certificate.checkHost('localhost')).to.equal('localhost');
    expect(local).to.equal(undefined);
    expect(certificates).to.deep.include({ own: true, fingerprint: ca.fingerprint256 });
  });

  it('is renewed while the daemon runs, before it expires', async () => {
    const certificates = await openWith({ type: 'own' });
    const first = (await shown(certificates)).certificate;
    await clock.advance(700 * DAY);
    expect((await shown(certificates)).certificate.raw).to.deep.equal(first.raw);
    await clock.advance(80 * DAY);
    const renewed = (await shown(certificates)).certificate;
    expect(Date.parse(renewed.validTo)).to.be.greaterThan(Date.parse(first.validTo));
    expect(renewed.publicKey.equals(first.publicKey)).to.equal(true);
  });

  it('is the one that was given, for others, and one of the own authority for this machine', async () => {
    const elsewhere = openAuthority({ dir: join(dataDir, 'elsewhere'), clock });
    const [certFile, keyFile] = [join(dataDir, 'tls.crt'), join(dataDir, 'tls.key')];
    const { cert, key } = elsewhere.server('given', { name: 'given' }, [
      'example.com',
      '*.example.com',
      'Deploy.example.com',
      '192.0.2.7',
    ]);
    writeFileSync(certFile, cert);
    writeFileSync(keyFile, key);
    const certificates = await openWith({ type: 'given', certFile, keyFile }, ['deploy.example.com']);
    expect(certificates).to.deep.include({
      own: false,
      names: ['example.com', 'deploy.example.com'],
      name: 'deploy.example.com',
    });
    const { certificate, local } = await shown(certificates);
    expect(certificate.raw).to.deep.equal(new X509Certificate(cert).raw);
    expect(local?.checkHost('localhost')).to.equal('localhost');
    expect(certificates?.problem()).to.equal(undefined);
    writeFileSync(keyFile, 'damaged');
    await certificates?.read().catch(() => undefined);
    expect(certificates?.problem()).to.have.property('reason', 'BadCertificate');
  });

  it('is refused before anything is started where what was given cannot be had', async () => {
    const refused = await openWith({ type: 'given', certFile: '/none.crt', keyFile: '/none.key' }).catch(
      problemOf,
    );
    expect(refused).to.have.property('reason', 'BadCertificate');
  });

  it('names every address of the machine where the face listens on all of them', () => {
    const interfaces = {
      lo: [address('127.0.0.1', { internal: true })],
      eth0: [address('192.0.2.7'), address('fe80::1', { scopeid: 2 }), address('2001:db8::7')],
    };
    expect(namesOf('0.0.0.0', ['builder', '0.0.0.0'], interfaces)).to.deep.equal([
      'localhost',
      '127.0.0.1',
      '::1',
      'builder',
      '192.0.2.7',
      '2001:db8::7',
    ]);
    expect(namesOf('10.1.2.3', ['builder', ''], interfaces)).to.deep.equal([
      'localhost',
      '127.0.0.1',
      '::1',
      '10.1.2.3',
      'builder',
    ]);
  });
});
