import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { AuditEvent } from '../../src/audit/event.ts';
import { openAuditFiles } from '../../src/audit/files.ts';
import { type AuditLog, createAuditLog } from '../../src/audit/log.ts';
import { systemClock } from '../../src/base/clock.ts';
import { ProblemError } from '../../src/base/errors.ts';
import { silentLogger } from '../../src/base/log.ts';
import { createProgressHub } from '../../src/model/progresshub.ts';
import type { User } from '../../src/model/user.ts';
import type { Actions } from '../../src/server/actions.ts';
import { authenticator } from '../../src/server/auth.ts';
import type { IdentityActions } from '../../src/server/identityroutes.ts';
import { createFace, type Face } from '../../src/server/server.ts';
import { ALL_ALLOWED } from '../fakes/access.ts';

const TOKEN = 'secret-token';
const refused = new ProblemError({
  reason: 'Forbidden',
  message: 'https://me:hunter2@git.example.com is not for you.',
});

const ADA = { user: 'ada', token: 'plt_planted', expiresAt: '2026-01-01T12:00:00Z' };
const BOB: User = { name: 'bob', groups: [], verified: true, scope: { verbs: ['get'] } };

describe('the record of the HTTP face', () => {
  let dir: string;
  let log: AuditLog;
  let face: Face;
  let base: string;
  before(async () => {
    dir = mkdtempSync(join(tmpdir(), 'pilotage-audit-'));
    log = createAuditLog({
      files: openAuditFiles(dir, systemClock),
      clock: systemClock,
      logger: silentLogger,
    });
    const actions = {
      status: async () => ({ deliveries: [] }),
      pin: async () => ({ message: 'pinned' }),
      connect: async () => Promise.reject(refused),
    } as unknown as Actions;
    face = createFace({
      actions,
      progress: createProgressHub(),
      git: async ({ url = '' }, response, known) => {
        if (!new URL(url, 'http://host').pathname.startsWith('/git/')) return false;
        known(BOB);
        response.writeHead(403).end();
        return true;
      },
      backup: () => [],
      kubernetes: async (_, response) => void response.end(),
      audit: { log, uuid: () => crypto.randomUUID() },
      authenticate: authenticator(TOKEN, async (token) => (token === 'plt_narrow' ? BOB : undefined)),
      access: ALL_ALLOWED,
      knowSession: async () => undefined,
      observeSession: async () => undefined,
      identity: {} as unknown as IdentityActions,
      browserSignIn: () => ({
        provider: 'login.example.com',
        beginPage: async () => Promise.reject(refused),
        finishPage: async () => ({ user: 'ada', secret: 'pls_planted', seconds: 60 }),
        begin: async () => Promise.reject(refused),
        finish: async () => ADA,
        beginDevice: async () => Promise.reject(refused),
        pollDevice: async (attempt) =>
          attempt === 'typed' ? { type: 'signedIn', as: ADA } : { type: 'waiting', seconds: 5 },
      }),
      clock: systemClock,
      logger: silentLogger,
    });
    base = `http://127.0.0.1:${await face.listen('127.0.0.1', 0)}`;
  });
  after(async () => {
    await face.close();
    await log.close();
    rmSync(dir, { recursive: true, force: true });
  });

  /** Asks, and resolves with what was recorded of it. */
  async function recorded(
    path: string,
    body?: object,
    token = TOKEN,
    more: Record<string, string> = {},
  ): Promise<readonly AuditEvent[]> {
    const events: AuditEvent[] = [];
    const { stop } = await log.tail((event) => void events.push(event));
    const named = token === 'plt_narrow' ? 'bob' : 'ann';
    const headers = {
      authorization: `Bearer ${token}`,
      'pilotage-user': named,
      connection: 'close',
      ...more,
    };
    const init = body ? { method: 'POST', body: JSON.stringify(body) } : {};
    await (await fetch(base + path, { ...init, headers })).text();
    // The answer is recorded when the server has seen its end: a further request comes after it.
    await (await fetch(`${base}/healthz`)).text();
    stop();
    return events;
  }

  it('says who pinned what, and why, without what else the body holds', async () => {
    const body = { revision: 'abc', reason: 'incident 7', other: 'planted' };
    const [event, ...others] = await recorded('/api/v1/environments/shop/prod/pin', body);
    expect(others).to.deep.equal([]);
    expect(event).to.deep.include({ verb: 'pin', stage: 'ResponseComplete', sourceIPs: ['127.0.0.1'] });
    expect(event?.user).to.deep.equal({ username: 'ann', groups: ['system:masters'] });
    expect(event?.objectRef).to.deep.equal({
      resource: 'environments',
      apiGroup: 'pilotage.dev',
      name: 'shop.prod',
    });
    expect(event?.responseStatus).to.deep.equal({ metadata: {}, code: 200 });
    expect(event?.annotations).to.deep.equal({
      'pilotage.dev/face': 'http',
      'pilotage.dev/delivery': 'shop',
      'pilotage.dev/environment': 'prod',
      'pilotage.dev/request': '{"revision":"abc","reason":"incident 7"}',
    });
    expect(JSON.stringify(event)).to.not.contain('planted').and.not.contain(TOKEN);
  });

  it('says who stopped everything or passed over windows, and why', async () => {
    const [stop] = await recorded('/api/v1/suspend', { reason: 'incident', until: '2h' });
    expect(stop?.verb).to.equal('suspend');
    expect(stop?.annotations?.['pilotage.dev/request']).to.equal('{"reason":"incident","until":"2h"}');
    const [sync] = await recorded('/api/v1/environments/shop/dev/sync', { override: true, reason: 'CVE' });
    expect(sync?.annotations?.['pilotage.dev/request']).to.equal('{"reason":"CVE","override":true}');
  });

  it('holds a refusal with its reason, without the credentials that were sent or that it names', async () => {
    const body = { name: 'shop', url: 'https://me:hunter2@git.example.com', token: 'planted' };
    const [event] = await recorded('/api/v1/deliveries', body);
    expect(event).to.deep.include({ verb: 'connect' });
    expect(event?.responseStatus).to.deep.include({ code: 403, reason: 'Forbidden' });
    expect(event?.responseStatus?.message).to.equal('https://…@git.example.com is not for you.');
    expect(JSON.stringify(event)).to.not.contain('hunter2').and.not.contain('planted');
  });

  it('holds a wrong token without the token, even where something was only to be read', async () => {
    const [event] = await recorded('/api/v1/status', undefined, 'guessed');
    expect(event).to.deep.include({ user: {}, verb: 'get' });
    expect(event?.responseStatus).to.deep.include({ code: 401, reason: 'Unauthorized' });
    expect(JSON.stringify(event)).to.not.contain('guessed');
  });

  it('holds no reading, but that of everything', async () => {
    expect(await recorded('/api/v1/status')).to.deep.equal([]);
    expect((await recorded('/api/v1/backup')).map(({ verb }) => verb)).to.deep.equal(['backup']);
  });

  /** `path` as it is: fetch and URL would make it plain first. */
  const sentAsIs = (path: string, method: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const { port } = new URL(base);
      const headers = { authorization: `Bearer ${TOKEN}`, connection: 'close' };
      request({ host: '127.0.0.1', port, path, method, headers }, (response) => {
        response.resume().once('end', resolve);
      })
        .once('error', reject)
        .end();
    });

  it('cannot be had around by another way to write the same address', async () => {
    const events: AuditEvent[] = [];
    const { stop } = await log.tail((event) => void events.push(event));
    await sentAsIs('/api/v1/./backup', 'GET');
    await sentAsIs('/git/../api/v1/environments/shop/prod/pin', 'POST');
    await sentAsIs('/k8s/%2e%2e/api/v1/environments/shop/prod/pin', 'POST');
    await (await fetch(`${base}/healthz`)).text();
    stop();
    expect(events.map(({ verb, responseStatus }) => [verb, responseStatus?.code])).to.deep.equal([
      ['backup', 200],
      ['pin', 200],
      ['pin', 200],
    ]);
  });

  it('says who signed in with a browser, without the code and the token, and not each time that somebody waits', async () => {
    for (const [path, body] of [
      ['/login/browser/finish', { attempt: 'planted', query: '?code=planted' }],
      ['/login/device/poll', { attempt: 'typed' }],
    ] as const) {
      const [event, ...others] = await recorded(path, body);
      expect(others).to.deep.equal([]);
      expect(event).to.deep.include({ verb: 'login', user: { username: 'ada', groups: [] } });
      expect(JSON.stringify(event)).to.not.contain('planted');
    }
    expect(await recorded('/login/device/poll', { attempt: 'other' })).to.deep.equal([]);
    const back = '/login/oidc/callback?code=planted&state=planted';
    const [event] = await recorded(back, undefined, TOKEN, { cookie: 'pilotage-signin=planted' });
    expect(event).to.deep.include({ verb: 'login', user: { username: 'ada', groups: [] } });
    expect(JSON.stringify(event)).to.not.contain('planted');
  });

  it('says who was refused a repository', async () => {
    const [event] = await recorded('/git/shop.git/info/refs?service=git-upload-pack');
    expect(event?.user.username).to.equal('bob');
    expect(event?.responseStatus?.code).to.equal(403);
  });

  it('says who was refused the Kubernetes API for the scope of a token', async () => {
    const [event, ...others] = await recorded('/k8s/api/v1/namespaces', undefined, 'plt_narrow');
    expect(others).to.deep.equal([]);
    expect(event?.user.username).to.equal('bob');
    expect(event?.responseStatus).to.deep.include({ code: 403, reason: 'Forbidden' });
  });

  it('is read as lines, by what is asked for', async () => {
    await recorded('/api/v1/environments/shop/dev/pin', { reason: 'x' });
    const headers = { authorization: `Bearer ${TOKEN}` };
    const text = await (await fetch(`${base}/api/v1/audit?verb=pin&delivery=shop/dev`, { headers })).text();
    const lines = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as AuditEvent);
    expect(lines.map(({ objectRef }) => objectRef?.name)).to.deep.equal(['shop.dev']);
    const bad = await fetch(`${base}/api/v1/audit?since=yesterday`, { headers });
    expect(bad.status).to.equal(400);
  });
});
