import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { systemClock } from '../../src/base/clock.ts';
import { silentLogger } from '../../src/base/log.ts';
import { createProgressHub } from '../../src/model/progresshub.ts';
import { TOKEN_HOLDER } from '../../src/model/user.ts';
import type { Actions } from '../../src/server/actions.ts';
import type { FaceOptions } from '../../src/server/parts.ts';
import { createFace, type Face } from '../../src/server/server.ts';
import { FakeClock } from '../fakes/clock.ts';
import { heldBy } from '../fakes/faceparts.ts';
import { type RunningServer, startHttpsServer } from '../orchestrator/api/httpserver.ts';

const TOKEN = 'secret-token';
const hasKubectl = spawnSync('kubectl', ['version', '--client']).status === 0;

describe('server: the Kubernetes API below /k8s', () => {
  let cluster: RunningServer;
  let face: Face;
  let base: string;
  const faceWith = (
    options: Pick<FaceOptions, 'kubernetes'> & Partial<Pick<FaceOptions, 'authenticate' | 'clock'>>,
  ): Face =>
    createFace({
      actions: {} as Actions,
      progress: createProgressHub(),
      git: async () => false,
      backup: () => [],
      ...heldBy(TOKEN),
      clock: systemClock,
      logger: silentLogger,
      ...options,
    });
  before(async () => {
    cluster = await startHttpsServer();
    face = faceWith({ kubernetes: cluster.controlPlane.serveAs });
    base = `http://127.0.0.1:${await face.listen('127.0.0.1', 0)}`;
  });
  after(async () => {
    await face.close();
    await cluster.close();
  });

  const ask = (path: string, headers: Record<string, string> = { authorization: `Bearer ${TOKEN}` }) =>
    fetch(base + path, { headers });

  it('answers discovery, the version, OpenAPI and resources as the API does', async () => {
    for (const path of ['/version', '/api', '/apis', '/apis/apps/v1', '/openapi/v3', '/api/v1/namespaces']) {
      expect((await ask(`/k8s${path}`)).status, path).to.equal(200);
    }
    const list = (await (await ask('/k8s/api/v1/namespaces?limit=1')).json()) as { items: unknown[] };
    expect(list.items).to.have.length(1);
    expect((await ask('/k8s/api/v1/nothings')).status).to.equal(404);
  });

  it('asks for the token of the face, and for no other', async () => {
    const others: Record<string, string>[] = [
      {},
      { authorization: 'Bearer wrong' },
      { authorization: `Bearer ${cluster.token}` },
    ];
    for (const headers of others) expect((await ask('/k8s/version', headers)).status).to.equal(401);
  });

  it('is asked as the user of the request', async () => {
    const review = async (headers: Record<string, string> = {}) => {
      const answer = await fetch(`${base}/k8s/apis/authentication.k8s.io/v1/selfsubjectreviews`, {
        method: 'POST',
        headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json', ...headers },
        body: '{}',
      });
      const { status } = (await answer.json()) as {
        status: { userInfo: { username: string; groups: string[] } };
      };
      return status.userInfo;
    };
    expect(await review()).to.deep.equal({
      username: 'pilotage-admin',
      groups: ['system:masters', 'system:authenticated'],
    });
    expect((await review({ 'pilotage-user': 'bob' })).username).to.equal('bob');
    // Whom the user acts as (`kubectl --as`) has that one's rights only.
    expect(await review({ 'impersonate-user': 'eve' })).to.deep.equal({
      username: 'eve',
      groups: ['system:authenticated'],
    });
    const asEve = { authorization: `Bearer ${TOKEN}`, 'impersonate-user': 'eve' };
    expect((await ask('/k8s/api/v1/namespaces', asEve)).status).to.equal(403);
  });

  it('ends a watch once whoever opened it is nobody any more: signed out, revoked, disabled', async () => {
    const clock = new FakeClock();
    let isRevoked = false;
    const authenticate = async () => (isRevoked ? undefined : TOKEN_HOLDER);
    const own = faceWith({ kubernetes: cluster.controlPlane.serveAs, authenticate, clock });
    const port = await own.listen('127.0.0.1', 0);
    const answer = await fetch(`http://127.0.0.1:${port}/k8s/api/v1/namespaces?watch=true`);
    const reader = answer.body?.getReader();
    const ended = (async () => {
      while (!(await reader?.read())?.done);
      return 'ended';
    })().catch(() => 'cut');
    await clock.advance(60_000);
    expect(await Promise.race([ended, new Promise((resolve) => setImmediate(resolve, 'goes on'))])).to.equal(
      'goes on',
    );
    isRevoked = true;
    await clock.advance(60_000);
    expect(await ended).to.equal('cut');
    await own.close();
  });

  it('is refused to a page of another site that a browser has open', async () => {
    const answer = await ask('/k8s/api/v1/secrets', {
      authorization: `Bearer ${TOKEN}`,
      origin: 'https://evil.example',
    });
    expect(answer.status).to.equal(403);
  });

  it('is shown to nobody as a page: what a pod answers would be one of this Pilotage, with the session of its reader', async () => {
    /** Not by `fetch`, which says its own mode. */
    const opened = (headers: Record<string, string>): Promise<IncomingMessage> =>
      new Promise((resolve, reject) => {
        const asked = request(`${base}/k8s/version`, { headers }, (answer) => resolve(answer.resume()));
        asked.on('error', reject).end();
      });
    const authorization = `Bearer ${TOKEN}`;
    expect((await opened({ authorization })).statusCode).to.equal(200);
    const ways: readonly Record<string, string>[] = [
      { 'sec-fetch-mode': 'navigate', 'sec-fetch-site': 'none' },
      { accept: 'text/html,application/xhtml+xml;q=0.9,*/*;q=0.8' },
    ];
    for (const shown of ways) {
      expect((await opened({ authorization, ...shown })).statusCode).to.equal(403);
      expect((await opened(shown)).headers).not.to.have.property('www-authenticate');
    }
  });

  it('leads nowhere else: what resolves to a path outside of it is not proxied', async () => {
    expect((await ask('/k8s/../healthz')).status).to.equal(200);
    expect((await ask('/k8sapi/v1/namespaces')).status).to.equal(404);
  });

  it('says so where the home is another cluster', async () => {
    const elsewhere = faceWith({});
    const port = await elsewhere.listen('127.0.0.1', 0);
    const answer = await fetch(`http://127.0.0.1:${port}/k8s/version`, {
      headers: { authorization: `Bearer ${TOKEN}` },
    });
    expect(answer.status).to.equal(404);
    expect(await answer.text()).to.include('another cluster');
    await elsewhere.close();
  });

  (hasKubectl ? it : it.skip)('serves kubectl', async () => {
    const home = mkdtempSync(join(tmpdir(), 'pilotage-k8s-'));
    const kubectl = (...args: string[]): Promise<string> =>
      new Promise((resolve) => {
        const env = { PATH: process.env.PATH, HOME: home, KUBECONFIG: '/dev/null' };
        // kubectl sends `--token` over TLS only; in the address it is Basic authentication.
        const server = `${base.replace('//', `//git:${TOKEN}@`)}/k8s`;
        execFile('kubectl', ['--server', server, ...args], { env, timeout: 30_000 }, (error, out, err) =>
          resolve(error ? `failed: ${out}${err}` : out.trim()),
        );
      });
    expect(await kubectl('create', 'configmap', 'a', '--from-literal=k=v')).to.equal('configmap/a created');
    expect(await kubectl('get', 'configmap', 'a', '-o', 'jsonpath={.data.k}')).to.equal('v');
    expect(await kubectl('get', 'namespaces', '--no-headers')).to.match(/^default\s+Active/);
    rmSync(home, { recursive: true, force: true });
  }).timeout(60_000);
});
