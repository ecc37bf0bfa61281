import { request } from 'node:http';
import { expect } from 'chai';
import { systemClock } from '../../src/base/clock.ts';
import { ProblemError } from '../../src/base/errors.ts';
import { silentLogger } from '../../src/base/log.ts';
import { createProgressHub } from '../../src/model/progresshub.ts';
import type { User } from '../../src/model/user.ts';
import type { Actions } from '../../src/server/actions.ts';
import type { IdentityActions } from '../../src/server/identityroutes.ts';
import type { FaceOptions } from '../../src/server/parts.ts';
import { createFace } from '../../src/server/server.ts';
import { cookieOf } from '../../src/server/sessions.ts';
import { heldBy } from '../fakes/faceparts.ts';

const ADA: User = { name: 'ada', groups: [], verified: true, token: 'ada.session-1' };

describe('server: sessions of browsers', () => {
  const sessions = new Map<string, User>();
  const done: string[] = [];
  const held = heldBy('secret-token');
  const gitUsers: unknown[] = [];
  const options: FaceOptions = {
    ...held,
    actions: {
      status: async () => ({ deliveries: [] }),
      async sync(_: unknown, __: unknown, user: User) {
        done.push(user.name);
        return { message: 'done' };
      },
    } as unknown as Actions,
    identity: {
      async logIn(name: string) {
        return { user: name, token: 'plt_x', expiresAt: 'soon' };
      },
      async openSession(user: string, password: string) {
        if (password === 'wrong')
          throw new ProblemError({ reason: 'Unauthorized', message: `no, <${password}>` });
        sessions.set('pls_secret', ADA);
        return { user, secret: 'pls_secret', seconds: 60 };
      },
      async logOut({ token }: User) {
        sessions.clear();
        return { message: `${token} has ended` };
      },
    } as unknown as IdentityActions,
    knowSession: async (secret) => sessions.get(secret),
    observeSession: async (secret) => sessions.get(secret),
    progress: createProgressHub(),
    async git(request, response) {
      if (!request.url?.startsWith('/git/')) return false;
      gitUsers.push(await held.authenticate(request.headers));
      response.writeHead(401).end();
      return true;
    },
    kubernetes: async ({ headers }, response) => void response.end(headers.cookie ?? 'no cookie'),
    backup: () => [],
    clock: systemClock,
    logger: silentLogger,
  };
  const face = createFace(options);
  let origin: string;
  before(async () => {
    origin = `http://127.0.0.1:${await face.listen('127.0.0.1', 0)}`;
  });
  beforeEach(() => {
    sessions.clear();
    done.length = 0;
  });
  after(() => face.close());

  const post = (path: string, headers: Record<string, string>, body: object = {}) =>
    fetch(origin + path, { method: 'POST', headers, body: JSON.stringify(body) });
  const signIn = async () => {
    const answer = await post('/login', {}, { name: 'ada', password: 'x', session: true });
    const cookie = (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
    return { answer, cookie, csrf: ((await answer.json()) as { csrf: string }).csrf };
  };
  const SYNC = '/api/v1/environments/shop/prod/sync';

  it('begin with a cookie that no script reads and no other site sends, and never show its secret otherwise', async () => {
    const { answer, csrf } = await signIn();
    expect(answer.headers.get('set-cookie')).to.equal(
      'pilotage=pls_secret; Max-Age=60; Path=/; HttpOnly; SameSite=Strict',
    );
    expect(csrf).to.match(/^[\w-]{43}$/);
    expect(csrf).not.to.contain('secret');
  });

  it('begin with a form too, for who opens the address in a browser', async () => {
    const opened = await fetch(origin, { headers: { accept: 'text/html' } });
    expect(await opened.text()).to.contain('<form method="post" action="/login">');
    const submit = (password: string, headers: Record<string, string> = {}) =>
      fetch(`${origin}/login`, {
        method: 'POST',
        redirect: 'manual',
        headers: { origin, ...headers },
        body: new URLSearchParams({ name: 'ada', password }),
      });
    const answer = await submit('x');
    expect([answer.status, answer.headers.get('location')]).to.deep.equal([303, '/']);
    expect(answer.headers.get('set-cookie')).to.match(/^pilotage=pls_secret; /);
    const refused = await submit('wrong');
    expect([refused.status, refused.headers.get('set-cookie')]).to.deep.equal([401, null]);
    expect(await refused.text())
      .to.contain('no, &lt;wrong&gt;')
      .and.contain('<a href="/">');
    expect((await submit('x', { origin: 'https://evil.example' })).status).to.equal(403);
  });

  it('have over TLS a cookie of this host alone, which is sent over TLS alone', () => {
    expect(cookieOf('s', 60, true)).to.equal(
      '__Host-pilotage=s; Max-Age=60; Path=/; HttpOnly; SameSite=Strict; Secure',
    );
  });

  it('are not begun by who asks for a token', async () => {
    const answer = await post('/login', {}, { name: 'ada', password: 'x' });
    expect(answer.headers.get('set-cookie')).to.equal(null);
    expect(await answer.json()).to.have.property('token');
  });

  it('read what the user may, and tell the page its token against forgery', async () => {
    const { cookie, csrf } = await signIn();
    expect((await fetch(`${origin}/api/v1/status`, { headers: { cookie } })).status).to.equal(200);
    const session = await fetch(`${origin}/api/v1/session`, { headers: { cookie } });
    expect(await session.json()).to.deep.equal({ user: 'ada', csrf });
  });

  it('change something only with that token, from a page of this origin', async () => {
    const { cookie, csrf } = await signIn();
    const own = { cookie, 'pilotage-csrf': csrf };
    expect((await post(SYNC, { ...own, origin })).status).to.equal(200);
    expect((await post(SYNC, { ...own, 'sec-fetch-site': 'same-origin' })).status).to.equal(200);
    expect(done).to.deep.equal(['ada', 'ada']);
    const forged: readonly Record<string, string>[] = [
      { cookie, origin },
      { cookie, origin, 'pilotage-csrf': '' },
      { cookie, origin, 'pilotage-csrf': `${csrf.slice(0, -1)}-` },
      own,
      { ...own, 'sec-fetch-site': 'none' },
      { ...own, 'sec-fetch-site': 'cross-site', origin },
      { ...own, 'sec-fetch-site': 'same-site', origin },
      { ...own, origin: 'https://evil.example' },
      { ...own, origin: 'null' },
    ];
    for (const headers of forged) {
      const answer = await post(SYNC, headers);
      expect(answer.status, JSON.stringify(headers)).to.equal(403);
    }
    expect(done).to.have.length(2);
  });

  it('take the token of no other session', async () => {
    const { cookie, csrf } = await signIn();
    sessions.set('pls_other', { ...ADA, name: 'eve' });
    const answer = await post(SYNC, { cookie: 'pilotage=pls_other', 'pilotage-csrf': csrf, origin });
    expect(answer.status).to.equal(403);
    expect((await post(SYNC, { cookie, 'pilotage-csrf': csrf, origin })).status).to.equal(200);
  });

  it('are nobody’s where two cookies have the name: another server of this host has set one', async () => {
    const { cookie } = await signIn();
    const headers = { cookie: `pilotage=pls_theirs; ${cookie}` };
    expect((await fetch(`${origin}/api/v1/status`, { headers })).status).to.equal(401);
  });

  it('never act under another name', async () => {
    const { cookie, csrf } = await signIn();
    const headers = { cookie, 'pilotage-csrf': csrf, origin, 'pilotage-user': 'bob' };
    expect((await post(SYNC, headers)).status).to.equal(403);
  });

  it('count for nothing at the git host and at the Kubernetes API, and beside what else proves a user', async () => {
    const { cookie, csrf } = await signIn();
    const headers = { cookie, 'pilotage-csrf': csrf, origin };
    expect((await fetch(`${origin}/k8s/version`, { headers })).status).to.equal(401);
    await fetch(`${origin}/git/shop.git/info/refs`, { headers });
    expect(gitUsers).to.deep.equal([undefined]);
    const wrong = await fetch(`${origin}/api/v1/status`, {
      headers: { ...headers, authorization: 'Bearer wrong' },
    });
    expect(wrong.status).to.equal(401);
    const bearer = { authorization: 'Bearer pls_secret' };
    expect((await fetch(`${origin}/api/v1/status`, { headers: bearer })).status).to.equal(401);
  });

  it('are not handed on to what is behind the Kubernetes API, where pods answer through the proxy', async () => {
    const asked = async (cookie?: string) => {
      const headers = { authorization: 'Bearer secret-token', ...(cookie === undefined ? {} : { cookie }) };
      return (await fetch(`${origin}/k8s/api`, { headers })).text();
    };
    expect(await asked('a=b; pilotage=pls_secret; pilotage-signin=x; c=d=e')).to.equal('a=b; c=d=e');
    expect(await asked('pilotage=pls_secret')).to.equal('no cookie');
    expect(await asked()).to.equal('no cookie');
  });

  it('end with the sign-out, which takes the cookie away', async () => {
    const { cookie, csrf } = await signIn();
    const answer = await post('/api/v1/logout', { cookie, 'pilotage-csrf': csrf, origin });
    expect(answer.headers.get('set-cookie')).to.match(/^pilotage=; Max-Age=0; /);
    expect(await answer.json()).to.deep.equal({ message: 'ada.session-1 has ended' });
    expect((await fetch(`${origin}/api/v1/status`, { headers: { cookie } })).status).to.equal(401);
  });

  it('leave it to the page to ask for a password: no window of the browser opens', async () => {
    const asked = (mode: string): Promise<string | undefined> =>
      new Promise((resolve, reject) => {
        const headers = { 'sec-fetch-mode': mode };
        const outgoing = request(`${origin}/api/v1/status`, { headers }, (response) => {
          response.resume();
          resolve(response.headers['www-authenticate']);
        });
        outgoing.on('error', reject);
        outgoing.end();
      });
    expect(await asked('navigate')).to.contain('Basic');
    expect(await asked('cors')).to.equal(undefined);
  });
});
