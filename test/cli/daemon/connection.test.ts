import { mkdtempSync, rmSync } from 'node:fs';
import { createServer as createPlainServer } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { problemOf } from '../../../src/base/errors.ts';
import { type FaceAddress, open } from '../../../src/cli/daemon/connection.ts';
import { openAuthority } from '../../../src/orchestrator/api/auth/pki.ts';
import { FakeClock } from '../../fakes/clock.ts';

const DAY = 86_400_000;

describe('the connection to a daemon', () => {
  const dir = mkdtempSync(join(tmpdir(), 'pilotage-connection-'));
  const servers: Server[] = [];
  const authorityAt = (now: number) => openAuthority({ dir: join(dir, 'pki'), clock: new FakeClock(now) });
  const { ca } = authorityAt(Date.now());
  const listening = async (server: Server): Promise<number> => {
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return (server.address() as AddressInfo).port;
  };
  const secure = (name: string, names: readonly string[], now = Date.now()): Promise<number> => {
    const pair = authorityAt(now).server(name, { name }, names);
    return listening(createServer(pair, (request, response) => response.end(request.headers.host)));
  };
  after(async () => {
    for (const server of servers) server.close();
    rmSync(dir, { recursive: true, force: true });
  });

  const ask = async (address: FaceAddress): Promise<string> => {
    try {
      const response = await open(address, 'GET', '/', {});
      let text = '';
      for await (const chunk of response) text += String(chunk);
      return text;
    } catch (error) {
      const { reason, remedy } = problemOf(error);
      return `${reason}: ${remedy}`;
    }
  };

  it('trusts the authority that it is told, and says the name that it was asked for', async () => {
    const port = await secure('own', ['127.0.0.1']);
    expect(await ask({ url: `https://127.0.0.1:${port}`, ca })).to.equal(`127.0.0.1:${port}`);
  });

  it('is made to this machine although the name leads elsewhere', async () => {
    const port = await secure('local', ['localhost']);
    const dial = { hostname: '127.0.0.1', port, servername: 'localhost', ca };
    expect(await ask({ url: 'https://deploy.example.com:7080', ...dial })).to.equal(
      'deploy.example.com:7080',
    );
  });

  it('is refused to a server whose authority nobody has named', async () => {
    const port = await secure('stranger', ['127.0.0.1']);
    expect(await ask({ url: `https://127.0.0.1:${port}` })).to.match(/^UntrustedServer: .*--ca FILE/);
  });

  it('is refused to a server that proves to be another', async () => {
    const port = await secure('another', ['other.example.com']);
    expect(await ask({ url: `https://127.0.0.1:${port}`, ca })).to.match(/^WrongServer: .*--http-name/);
  });

  it('is refused to a server whose certificate has expired', async () => {
    const port = await secure('expired', ['127.0.0.1'], Date.now() - 900 * DAY);
    expect(await ask({ url: `https://127.0.0.1:${port}`, ca })).to.match(/^ServerCertificateExpired: /);
  });

  it('says which of HTTP and HTTPS is spoken there', async () => {
    const plain = await listening(createPlainServer((_, response) => response.end()));
    expect(await ask({ url: `https://127.0.0.1:${plain}`, ca })).to.contain(`http://127.0.0.1:${plain}`);
    const port = await secure('plain', ['127.0.0.1']);
    expect(await ask({ url: `http://127.0.0.1:${port}` })).to.contain(`https://127.0.0.1:${port}`);
  });
});
