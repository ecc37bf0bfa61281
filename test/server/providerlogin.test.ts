import { request } from 'node:http';
import { expect } from 'chai';
import { systemClock } from '../../src/base/clock.ts';
import { ProblemError } from '../../src/base/errors.ts';
import { silentLogger } from '../../src/base/log.ts';
import { createProgressHub } from '../../src/model/progresshub.ts';
import type { Actions } from '../../src/server/actions.ts';
import { createFace } from '../../src/server/server.ts';
import { attemptCookieOf } from '../../src/server/sessions.ts';
import type { BrowserSignIn } from '../../src/server/signinroutes.ts';
import { heldBy } from '../fakes/faceparts.ts';

const AUTHORIZATION = 'https://login.example.com/auth?state=s';

describe('server: sign-in of a browser at a provider', () => {
  const begun: string[] = [];
  let provider: BrowserSignIn | undefined;
  const signIn = {
    provider: 'login.example.com',
    async beginPage(callback: string, party: string) {
      begun.push(`${callback} of ${party}`);
      return { attempt: 'secret-attempt', url: AUTHORIZATION };
    },
    async finishPage(attempt: string, query: string) {
      if (attempt !== 'secret-attempt' || query !== '?code=c&state=s')
        throw new ProblemError({ reason: 'Unauthorized', message: `not <${query}>` });
      return { user: 'ada', secret: 'pls_secret', seconds: 60 };
    },
  } as unknown as BrowserSignIn;
  const face = createFace({
    ...heldBy('secret-token'),
    actions: {} as Actions,
    browserSignIn: () => provider,
    progress: createProgressHub(),
    git: async () => false,
    backup: () => [],
    clock: systemClock,
    logger: silentLogger,
  });
  let port: number;
  before(async () => {
    port = await face.listen('127.0.0.1', 0);
  });
  beforeEach(() => {
    provider = signIn;
    begun.length = 0;
  });
  after(() => face.close());

  interface Answer {
    readonly status: number | undefined;
    readonly location: string | undefined;
    readonly cookies: readonly string[];
    readonly body: string;
  }
  /** Not by `fetch`, which says of itself what a browser says. */
  const open = (path: string, headers: Record<string, string> = {}): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const asked = request({ host: '127.0.0.1', port, path, headers }, (answer) => {
        let body = '';
        answer.on('data', (chunk) => {
          body += chunk;
        });
        answer.on('end', () => {
          const { location, 'set-cookie': cookies = [] } = answer.headers;
          resolve({ status: answer.statusCode, location, cookies, body });
        });
      });
      asked.on('error', reject).end();
    });
  const COMES_BACK = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' };
  const ANSWER = '/login/oidc/callback?code=c&state=s';
  const BEGUN = { cookie: 'pilotage-signin=secret-attempt' };

  it('is offered by the page of who is nobody yet, where there is a provider', async () => {
    const page = async () => (await open('/', { accept: 'text/html' })).body;
    expect(await page()).to.contain('<a href="/login/oidc">Sign in at login.example.com</a>');
    provider = undefined;
    expect(await page()).not.to.contain('/login/oidc');
    expect((await open('/login/oidc')).status).to.equal(404);
    expect((await open(ANSWER, BEGUN)).status).to.equal(404);
  });

  it('leads to the provider, which sends the browser back to the address that it asked by', async () => {
    const { status, location, cookies } = await open('/login/oidc');
    expect([status, location]).to.deep.equal([302, AUTHORIZATION]);
    expect(begun).to.deep.equal([`http://127.0.0.1:${port}/login/oidc/callback of 127.0.0.1`]);
    expect(cookies).to.deep.equal([
      'pilotage-signin=secret-attempt; Max-Age=600; Path=/; HttpOnly; SameSite=Lax',
    ]);
    expect(attemptCookieOf('x', true)).to.match(/^__Host-pilotage-signin=x; .*; Secure$/);
  });

  it('ends with a session for the browser that began it, by a page of this face', async () => {
    const { status, cookies, body } = await open(ANSWER, { ...BEGUN, ...COMES_BACK });
    expect(status).to.equal(200);
    expect(cookies).to.deep.equal([
      'pilotage-signin=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax',
      'pilotage=pls_secret; Max-Age=60; Path=/; HttpOnly; SameSite=Strict',
    ]);
    expect(body).to.contain('signed in as ada').and.contain('<meta http-equiv="refresh" content="0;url=/">');
  });

  it('gives nothing to a browser that has begun none: the answer may be somebody else’s', async () => {
    const { status, cookies, body } = await open(ANSWER, COMES_BACK);
    expect([status, cookies]).to.deep.equal([401, []]);
    expect(body).to.contain('has begun no sign-in here');
  });

  it('says what the provider refused, takes the attempt away, and gives no session', async () => {
    const answer = await open('/login/oidc/callback?error=denied&state=s', { ...BEGUN, ...COMES_BACK });
    expect(answer.status).to.equal(401);
    expect(answer.cookies).to.deep.equal(['pilotage-signin=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax']);
    expect(answer.body).to.contain('not &lt;?error=denied&amp;state=s&gt;').and.contain('<a href="/">');
  });

  it('is begun by no page of another site, and under no name that is not of this face', async () => {
    expect((await open('/login/oidc', { 'sec-fetch-site': 'cross-site' })).status).to.equal(403);
    expect((await open('/login/oidc', { host: 'evil.example' })).status).to.equal(403);
    expect((await open(ANSWER, { ...BEGUN, ...COMES_BACK, host: 'evil.example' })).status).to.equal(403);
    expect(begun).to.deep.equal([]);
  });
});
