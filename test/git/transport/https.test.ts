import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { expect } from 'chai';
import { problemOf } from '../../../src/base/errors.ts';
import { silentLogger } from '../../../src/base/log.ts';
import { createGitHost } from '../../../src/git/host/host.ts';
import { HostedRepositories } from '../../../src/git/host/hosted.ts';
import { openRemote } from '../../../src/git/transport/remote.ts';
import { FakeClock } from '../../fakes/clock.ts';
import { drop, scratch } from '../support/git.ts';

function hasOpenssl(): boolean {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const https = hasOpenssl() ? describe : describe.skip;
if (!hasOpenssl()) console.warn('openssl is not installed: the tests of git over https are skipped');

https('a remote over https', () => {
  let dir: string;
  let url: string;
  let stop: () => void;
  let pem: { readonly cert: string; readonly key: string };

  before(async () => {
    dir = scratch();
    const [cert, key] = [join(dir, 'cert.pem'), join(dir, 'key.pem')];
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
    const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
    execFileSync('openssl', ['req', ...kind, ...subject, '-keyout', key, '-out', cert], { stdio: 'ignore' });
    pem = { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') };
    const repositories = new HostedRepositories(join(dir, 'root'));
    const host = createGitHost({
      repositories,
      clock: new FakeClock(),
      logger: silentLogger,
      authorize: () => ({ name: 'ada' }),
      policy: () => undefined,
      onPush: async () => {},
    });
    await repositories.create('shop');
    const tls = { ...pem, ca: pem.cert, requestCert: true, rejectUnauthorized: true };
    const server = createServer(tls, (req, res) => void host.handle(req, res));
    await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
    url = `https://localhost:${(server.address() as AddressInfo).port}/git/shop.git`;
    stop = () => {
      server.closeAllConnections();
      server.close();
      repositories.close();
    };
  });
  after(() => {
    stop();
    drop(dir);
  });

  it('is trusted by its authority and shown a client certificate', async () => {
    const remote = openRemote(url, { logger: silentLogger, ca: pem.cert, clientCert: pem });
    expect((await remote.listBranches()).branches).to.deep.equal({});
  });

  it('whose authority is unknown says to give it', async () => {
    const remote = openRemote(url, { logger: silentLogger });
    const problem = await remote.listBranches().then(() => undefined, problemOf);
    expect(problem).to.deep.include({ reason: 'RemoteUnreachable', remedy: 'give its authority as ca' });
  });

  it('that redirects to another server takes neither the client certificate nor the password there', async () => {
    const asks = { ...pem, ca: pem.cert, requestCert: true, rejectUnauthorized: false };
    const shown: { readonly at: string; readonly certificate: boolean; readonly password: boolean }[] = [];
    const start = async (at: string, to: () => string | undefined) => {
      const server = createServer(asks, (req, res) => {
        const certificate = Object.keys((req.socket as TLSSocket).getPeerCertificate()).length > 0;
        shown.push({ at, certificate, password: req.headers.authorization !== undefined });
        const location = to();
        res.writeHead(location ? 302 : 404, location ? { location } : {}).end();
      });
      await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
      return { server, origin: `https://localhost:${(server.address() as AddressInfo).port}` };
    };
    // Here, there, and back here: what was dropped on the way stays dropped.
    let turns = 0;
    const other = await start('there', () => `${here.origin}/back`);
    const here = await start('here', () => (turns++ === 0 ? `${other.origin}/away` : undefined));
    const credentials = { user: 'ada', password: 'secret' };
    const tls = { ca: pem.cert, clientCert: pem };
    const remote = openRemote(`${here.origin}/shop.git`, { logger: silentLogger, credentials, ...tls });
    const problem = await remote.listBranches().then(() => undefined, problemOf);
    for (const { server } of [here, other]) {
      server.closeAllConnections();
      server.close();
    }
    expect(problem?.reason).to.equal('NotARepository');
    expect(shown).to.deep.equal([
      { at: 'here', certificate: true, password: true },
      { at: 'there', certificate: false, password: false },
      { at: 'here', certificate: false, password: false },
    ]);
  });

  it('is not reached without the client certificate that it asks for', async () => {
    const remote = openRemote(url, { logger: silentLogger, ca: pem.cert });
    const problem = await remote.listBranches().then(() => undefined, problemOf);
    expect(problem?.reason).to.equal('RemoteUnreachable');
  });
});
