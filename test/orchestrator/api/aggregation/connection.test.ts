import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer as createPlain, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer, rootCertificates, type SecureVersion, type TLSSocket } from 'node:tls';
import { expect } from 'chai';
import { systemClock } from '../../../../src/base/clock.ts';
import type { APIServiceSpec } from '../../../../src/kube/kinds/objects.data.ts';
import { connectTo } from '../../../../src/orchestrator/api/aggregation/connection.ts';
import { openPki, type Pki } from '../../../../src/orchestrator/api/auth/pki.ts';
import { FakeClock } from '../../../fakes/clock.ts';

describe('a connection to an aggregated API server', () => {
  let dir: string;
  let pki: Pki;
  const servers: Server[] = [];
  const open: Socket[] = [];
  before(() => {
    dir = mkdtempSync(join(tmpdir(), 'pilotage-pki-'));
    pki = openPki({ dir, clock: systemClock, names: ['fleet.shop.svc'] });
  });
  afterEach(() => {
    for (const socket of open.splice(0)) socket.destroy();
    for (const server of servers.splice(0)) server.close();
  });
  after(() => rmSync(dir, { recursive: true, force: true }));

  async function listen(server: Server): Promise<number> {
    servers.push(server);
    server.on('connection', (socket: Socket) => open.push(socket));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return (server.address() as AddressInfo).port;
  }
  const listenSecurely = (maxVersion: SecureVersion = 'TLSv1.3') =>
    listen(
      createServer(
        { ...pki.server, ca: pki.frontProxy.ca, maxVersion, requestCert: true, rejectUnauthorized: true },
        (socket) => socket.on('error', () => {}).end('hello'),
      ),
    );
  const remote = (spec: Partial<APIServiceSpec> = {}, name = 'fleet') => ({
    apiService: {
      apiVersion: 'apiregistration.k8s.io/v1',
      kind: 'APIService',
      metadata: {},
      spec: { groupPriorityMinimum: 1, versionPriority: 1, caBundle: base64(pki.ca), ...spec },
    },
    group: 'sea.io',
    version: 'v1',
    service: { namespace: 'shop', name, port: 443 },
  });
  const base64 = (text = ''): string => Buffer.from(text).toString('base64');
  const connect = (port: number, to = remote(), clock = systemClock): Promise<TLSSocket> =>
    connectTo({ host: '127.0.0.1', port }, to, { clock, credentials: pki.frontProxy.client });
  /** What it reads, until it ends. */
  const textOf = async (socket: TLSSocket): Promise<string> => (await socket.toArray()).join('');
  const failure = (connecting: Promise<TLSSocket>): Promise<string> =>
    connecting.then(
      () => 'none',
      (error: Error) => error.message,
    );

  it('is one that both sides know the other end of', async () => {
    expect(await textOf(await connect(await listenSecurely()))).to.equal('hello');
  });

  it('is none to a server of another authority, of another name, or where nobody listens', async () => {
    const port = await listenSecurely();
    const other = remote({ caBundle: base64(rootCertificates[0]) });
    expect(await failure(connect(port, other))).to.match(/unable to verify|self.signed/);
    expect(await failure(connect(port, remote({}, 'navy')))).to.contain('navy.shop.svc');
    expect(await failure(connect(port, remote({ caBundle: base64('no certificate') })))).not.to.equal('none');
    expect(await failure(connect(1))).to.contain('ECONNREFUSED');
  });

  it('is one to anybody where the APIService says so', async () => {
    const careless = { caBundle: '', insecureSkipTLSVerify: true };
    expect(await textOf(await connect(await listenSecurely(), remote(careless, 'navy')))).to.equal('hello');
  });

  it('takes the session of the last one up, until the APIService is written: then certificates are judged anew', async () => {
    const port = await listenSecurely();
    const fleet = remote();
    const first = await connect(port, fleet);
    expect(first.isSessionReused()).to.equal(false);
    await textOf(first);
    const second = await connect(port, fleet);
    expect(second.isSessionReused()).to.equal(true);
    expect(await textOf(second)).to.equal('hello');
    const other = remote({ caBundle: base64(rootCertificates[0]) });
    expect(await failure(connect(port, other))).not.to.equal('none');
  });

  it('forgets the sessions of servers that others came after: their addresses may be nobody’s any more', async () => {
    const fleet = remote();
    const ports: number[] = [];
    for (let i = 0; i < 17; i++) ports.push(await listenSecurely());
    const isTakenUp = async (port = 0): Promise<boolean> => {
      const socket = await connect(port, fleet);
      const isReused = socket.isSessionReused();
      // Its session comes with what it says.
      await textOf(socket);
      return isReused;
    };
    for (const port of ports) expect(await isTakenUp(port)).to.equal(false);
    expect(await isTakenUp(ports.at(-1))).to.equal(true);
    expect(await isTakenUp(ports[0])).to.equal(false);
  });

  it('takes no session up of a server of another name, in any version of TLS', async () => {
    for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
      const port = await listenSecurely(maxVersion);
      const navy = remote({}, 'navy');
      for (let i = 0; i < 3; i++)
        expect(await failure(connect(port, navy)), maxVersion).to.contain('navy.shop.svc');
    }
  });

  it('is given up after ten seconds without a handshake', async () => {
    const port = await listen(createPlain());
    const clock = new FakeClock();
    const connecting = failure(connect(port, remote(), clock));
    await clock.advance(10_000);
    expect(await connecting).to.equal('TLS handshake timeout');
  });
});
