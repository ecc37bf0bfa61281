import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { systemClock } from '../../src/base/clock.ts';
import { problemOf } from '../../src/base/errors.ts';
import { chooseIngress } from '../../src/compose/ingress.ts';

describe('where the ingress listens', () => {
  let dataDir: string;
  let taken: Server;
  let port: number;
  before(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'pilotage-ingress-'));
    taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    port = (taken.address() as AddressInfo).port;
  });
  after(async () => {
    taken.close();
    await rm(dataDir, { recursive: true });
  });

  const choose = (asked: { port: number; given: boolean }, kept?: { http: number; https: number }) => {
    const any = { host: '127.0.0.1', port: 0, given: true };
    const http = { host: '127.0.0.1', ...asked };
    return chooseIngress({ asked: { http, https: any, log: false }, kept, dataDir, clock: systemClock });
  };

  it('is another port where the usual one is taken, with a certificate of the own authority', async () => {
    const { http, https, certificate } = await choose({ port, given: false });
    expect([http.port, https.port]).to.not.include(port).and.not.include(0);
    expect(certificate.cert).to.match(/^-----BEGIN CERTIFICATE/);
  });

  it('is the port that was given, or nowhere', async () => {
    const problem = await choose({ port, given: true }).then(() => undefined, problemOf);
    expect(problem).to.include({
      reason: 'PortInUse',
      message: `The ingress cannot have 127.0.0.1:${port} (EADDRINUSE).`,
    });
    expect(problem?.remedy).to.contain('--ingress HOST:PORT').and.contain('--no-ingress');
  });

  it('is the port that was kept, which the agent of this directory may have already', async () => {
    const { http } = await choose({ port: 7081, given: false }, { http: port, https: 1 });
    expect(http.port).to.equal(port);
  });
});
