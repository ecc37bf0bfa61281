import { mkdtempSync, rmSync } from 'node:fs';
import { request as plainRequest } from 'node:http';
import { request } from 'node:https';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { expect } from 'chai';
import { systemClock } from '../../../src/base/clock.ts';
import { silentLogger } from '../../../src/base/log.ts';
import { createProgressHub } from '../../../src/model/progresshub.ts';
import { openAuthority } from '../../../src/orchestrator/api/auth/pki.ts';
import type { Actions } from '../../../src/server/actions.ts';
import { createFace } from '../../../src/server/server.ts';
import { heldBy } from '../../fakes/faceparts.ts';

const NAME = 'deploy.example.com';

describe('server: over TLS', () => {
  const dir = mkdtempSync(join(tmpdir(), 'pilotage-facetls-'));
  const authority = openAuthority({ dir, clock: systemClock });
  const face = createFace({
    actions: {} as Actions,
    progress: createProgressHub(),
    git: async () => false,
    ...heldBy('secret-token'),
    backup: () => [],
    certificates: {
      read: async () => ({
        certificate: authority.server('given', { name: 'given' }, [NAME]),
        local: authority.server('local', { name: 'local' }, ['localhost']),
      }),
    },
    clock: systemClock,
    names: [NAME],
    logger: silentLogger,
  });
  let port = 0;
  before(async () => {
    port = await face.listen('127.0.0.1', 0);
  });
  after(async () => {
    await face.close();
    rmSync(dir, { recursive: true, force: true });
  });

  const ask = (servername: string, host = servername): Promise<{ status: number; hsts: unknown }> =>
    new Promise((resolve, reject) => {
      const headers = { Host: `${host}:${port}` };
      const options = { host: '127.0.0.1', port, path: '/api/v1/status', servername, ca: authority.ca };
      const outgoing = request({ ...options, headers, agent: false }, (response) => {
        response.resume();
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            hsts: response.headers['strict-transport-security'],
          }),
        );
      });
      outgoing.on('error', reject);
      outgoing.end();
    });

  it('proves to be the name that others ask for, and localhost to who asks on this machine', async () => {
    expect((await ask(NAME)).status).to.equal(401);
    expect((await ask('localhost')).status).to.equal(401);
  });

  it('has browsers keep to TLS for its name, and not for a whole machine of developers', async () => {
    expect((await ask(NAME)).hsts).to.match(/^max-age=\d+$/);
    expect((await ask('localhost')).hsts).to.equal(undefined);
    expect((await ask('localhost', '127.0.0.1')).hsts).to.equal(undefined);
  });

  it('ends the connection of whoever speaks plain HTTP to it, and goes on', async () => {
    const said = await new Promise((resolve) => {
      const outgoing = plainRequest({ host: '127.0.0.1', port, path: '/' }, () => resolve('answered'));
      outgoing.on('error', () => resolve('ended'));
      outgoing.end();
    });
    expect(said).to.equal('ended');
    expect((await ask(NAME)).status).to.equal(401);
  });

  it('ends the connection of whoever sends what is no TLS, or goes in the middle of it, and goes on', async () => {
    await new Promise<void>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => socket.write(Buffer.alloc(4096, 0xff)));
      socket.on('error', () => undefined);
      socket.on('close', () => resolve());
      socket.resume();
    });
    await new Promise<void>((resolve) => {
      const socket = connectTls({ host: '127.0.0.1', port, servername: NAME, ca: authority.ca });
      socket.on('error', () => undefined);
      socket.once('secureConnect', () => socket.destroy());
      socket.on('close', () => resolve());
    });
    expect((await ask(NAME)).status).to.equal(401);
  });
});
