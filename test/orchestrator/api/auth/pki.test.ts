import { createPublicKey, generateKeyPairSync, X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, unlinkSync } from 'node:fs';
import { createServer, request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { expect } from 'chai';
import {
  ADMIN,
  type KeyPair,
  nodeSubject,
  openPki,
  type Pki,
} from '../../../../src/orchestrator/api/auth/pki.ts';
import { FakeClock } from '../../../fakes/clock.ts';

const DAY = 86_400_000;

describe('the certificate authority', () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'pilotage-pki-'));
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));
  const open = (clock = new FakeClock(Date.now())) => openPki({ dir, clock });

  it('signs a server certificate for every name that the API is reached by', () => {
    const pki = open();
    const [ca, server] = [new X509Certificate(pki.ca), new X509Certificate(pki.server.cert)];
    expect(ca.ca).to.equal(true);
    expect(server.ca).to.equal(false);
    expect(server.checkIssued(ca)).to.equal(true);
    expect(server.verify(ca.publicKey)).to.equal(true);
    for (const name of ['localhost', 'kubernetes', 'kubernetes.default.svc']) {
      expect(server.checkHost(name), name).to.equal(name);
    }
    expect(server.checkIP('127.0.0.1')).to.equal('127.0.0.1');
    expect(server.checkIP('::1')).to.equal('::1');
    expect(server.checkIP('10.0.0.1')).to.equal(undefined);
  });

  it('gives client certificates the user as CN and the groups as O', () => {
    const pki = open();
    const subject = (cert: string) => new X509Certificate(cert).subject;
    expect(subject(pki.client('admin', ADMIN).cert)).to.equal('O=system:masters\nCN=pilotage-admin');
    expect(subject(pki.client('agent', nodeSubject('n1')).cert)).to.equal(
      'O=system:nodes\nCN=system:node:n1',
    );
  });

  it('lasts for more than a year', () => {
    const soon = Date.now() + 366 * DAY;
    expect(Date.parse(new X509Certificate(open().server.cert).validTo)).to.be.greaterThan(soon);
  });

  it('speaks for users by another authority than that of users, so that no certificate serves as the other', async () => {
    const pki = open();
    const { ca, client } = pki.frontProxy;
    const { subject } = new X509Certificate(client.cert);
    expect(subject).to.equal('CN=front-proxy-client');
    expect(await ask(pki, client)).to.equal('refused');
    const posing = pki.client('posing', { name: 'front-proxy-client' });
    expect(await ask(pki, posing, ca)).to.equal('refused');
    expect(await ask(pki, client, ca)).to.deep.equal(['front-proxy-client', null]);
  });

  it('changes nothing at a restart', () => {
    const first = open();
    const second = open();
    expect(second.ca).to.equal(first.ca);
    expect(second.server).to.deep.equal(first.server);
    expect(second.frontProxy).to.deep.equal(first.frontProxy);
    expect(second.client('admin', ADMIN)).to.deep.equal(first.client('admin', ADMIN));
  });

  it('renews a certificate that has less than 30 days left, with its key', () => {
    const first = open();
    const later = open(new FakeClock(Date.now() + 780 * DAY));
    expect(later.server.cert).not.to.equal(first.server.cert);
    expect(later.server.key).to.equal(first.server.key);
    expect(later.ca).to.equal(first.ca);
    const decade = open(new FakeClock(Date.now() + 3640 * DAY));
    expect(decade.ca).not.to.equal(first.ca);
    expect(new X509Certificate(later.server.cert).verify(new X509Certificate(decade.ca).publicKey)).to.equal(
      true,
    );
  });

  it('makes the server certificate anew when a name is added', () => {
    const first = open();
    const more = openPki({ dir, clock: new FakeClock(Date.now()), names: ['api.example.com', '192.0.2.7'] });
    expect(more.server.cert).not.to.equal(first.server.cert);
    expect(new X509Certificate(more.server.cert).checkHost('api.example.com')).to.equal('api.example.com');
    expect(new X509Certificate(more.server.cert).checkIP('192.0.2.7')).to.equal('192.0.2.7');
  });

  it('survives a crash between writing key and certificate', () => {
    open();
    unlinkSync(join(dir, 'server.crt'));
    expect(open().server.cert).to.match(/BEGIN CERTIFICATE/);
  });

  it('keeps every key to its owner', () => {
    open().client('admin', ADMIN);
    for (const name of ['ca', 'server', 'admin', 'front-proxy-ca', 'front-proxy-client']) {
      expect(statSync(join(dir, `${name}.key`)).mode & 0o777).to.equal(0o600);
      expect(readFileSync(join(dir, `${name}.key`), 'utf8')).to.match(/PRIVATE KEY/);
    }
  });

  it('makes certificates that TLS accepts on both sides', async () => {
    const pki = open();
    const answer = await ask(pki, pki.client('admin', ADMIN));
    expect(answer).to.deep.equal(['pilotage-admin', 'system:masters']);
  });

  it('signs requests for keys of any algorithm, and a certificate for servers is no client’s', async () => {
    const pki = open();
    const { privateKey: key } = generateKeyPairSync('ed25519');
    const request = { publicKey: createPublicKey(key), commonName: 'ann', organizations: ['dev', 'ops'] };
    const names = { dnsNames: ['n1'], ipAddresses: [[192, 0, 2, 7]], emailAddresses: [], uris: [] };
    const issue = (usages: readonly string[]) => {
      const times = { notBefore: Date.now() - 1000, notAfter: Date.now() + 5000 * DAY };
      const cert = pki.sign({ ...request, ...names }, { usages, ...times });
      return { cert, key: key.export({ type: 'pkcs8', format: 'pem' }).toString() };
    };
    const client = issue(['client auth', 'digital signature']);
    expect(await ask(pki, client)).to.deep.equal(['ann', ['dev', 'ops']]);
    const { validTo, subjectAltName } = new X509Certificate(client.cert);
    expect(validTo).to.equal(new X509Certificate(pki.ca).validTo);
    expect(subjectAltName).to.equal('DNS:n1, IP Address:192.0.2.7');
    expect(await ask(pki, issue(['server auth', 'digital signature']))).to.equal('refused');
  });
});

/** What a server that asks for certificates of `believed` reads of a client's; `refused` where TLS ends there. */
async function ask(pki: Pki, client: KeyPair, believed = pki.ca): Promise<unknown> {
  const server = createServer(
    { ...pki.server, ca: believed, requestCert: true, rejectUnauthorized: true },
    (incoming, response) => {
      const { subject } = (incoming.socket as TLSSocket).getPeerCertificate();
      response.end(JSON.stringify([subject.CN, subject.O]));
    },
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const body = await new Promise<string>((resolve) => {
    request({ host: '127.0.0.1', port, ca: pki.ca, ...client, agent: false }, (response) => {
      response.once('data', (chunk: Buffer) => resolve(chunk.toString()));
    })
      .on('error', () => resolve('"refused"'))
      .end();
  });
  server.close();
  return JSON.parse(body);
}
