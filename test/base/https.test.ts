import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { systemClock } from '../../src/base/clock.ts';
import { problemOf } from '../../src/base/errors.ts';
import { askOverTls } from '../../src/base/https.ts';
import { openPki, type Pki } from '../../src/orchestrator/api/auth/pki.ts';

describe('a question over TLS', () => {
  let dir: string;
  let pki: Pki;
  let server: Server;
  let base: string;
  before(async () => {
    dir = mkdtempSync(join(tmpdir(), 'pilotage-https-'));
    pki = openPki({ dir, clock: systemClock });
    server = createServer(pki.server, (request, response) => {
      if (request.url === '/large') return void response.end(Buffer.alloc(2 << 20));
      if (request.url === '/away') return void response.writeHead(302, { Location: '/' }).end();
      if (request.url === '/silent') return;
      request.pipe(response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    base = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => {
    server.close();
    server.closeAllConnections();
    rmSync(dir, { recursive: true, force: true });
  });
  const failure = (work: Promise<unknown>): Promise<string> =>
    work.then(
      () => 'none',
      (error: unknown) => problemOf(error).message,
    );

  it('has the answer of a server whose authority is trusted', async () => {
    const { status, body } = await askOverTls({ url: base, method: 'POST', body: 'hello', ca: pki.ca });
    expect([status, body.toString()]).to.deep.equal([200, 'hello']);
  });

  it('is not put to a server of another authority', async () => {
    expect(await failure(askOverTls({ url: base }))).to.match(/certificate/);
  });

  it('follows no redirect', async () => {
    const { status, headers } = await askOverTls({ url: `${base}/away`, ca: pki.ca });
    expect([status, headers.location]).to.deep.equal([302, '/']);
  });

  it('takes no more than a mebibyte, and waits no longer than it may', async () => {
    expect(await failure(askOverTls({ url: `${base}/large`, ca: pki.ca }))).to.contain(
      'the answer is too large',
    );
    expect(await failure(askOverTls({ url: `${base}/silent`, ca: pki.ca, timeoutMs: 50 }))).to.contain(
      'does not answer',
    );
  });
});
