import { expect } from 'chai';
import { systemClock } from '../../src/base/clock.ts';
import { ProblemError } from '../../src/base/errors.ts';
import { silentLogger } from '../../src/base/log.ts';
import { createProgressHub } from '../../src/model/progresshub.ts';
import type { Actions } from '../../src/server/actions.ts';
import type { IdentityActions } from '../../src/server/identityroutes.ts';
import { createFace } from '../../src/server/server.ts';
import { heldBy } from '../fakes/faceparts.ts';

describe('server: the page of the first administrator', () => {
  const face = createFace({
    ...heldBy('secret-token'),
    actions: {} as Actions,
    identity: {
      async bootstrap(code: string, name: string, password: string) {
        if (code === 'good' && password === 'a long password') return { user: name };
        throw new ProblemError({
          reason: 'Unauthorized',
          message: `not <b>${name}</b>`,
          remedy: 'ask & "wait"',
        });
      },
    } as unknown as IdentityActions,
    progress: createProgressHub(),
    git: async () => false,
    backup: () => [],
    clock: systemClock,
    logger: silentLogger,
  });
  let origin: string;
  before(async () => {
    origin = `http://127.0.0.1:${await face.listen('127.0.0.1', 0)}`;
  });
  after(() => face.close());

  const submit = (fields: Record<string, string>, headers: Record<string, string> = {}) =>
    fetch(`${origin}/bootstrap`, {
      method: 'POST',
      headers: { origin, ...headers },
      body: new URLSearchParams(fields),
    });
  const GOOD = { code: 'good', name: 'ada', password: 'a long password' };

  it('is there for everybody, runs no script but its own, and stands in no frame', async () => {
    const page = await fetch(`${origin}/bootstrap`);
    expect(page.status).to.equal(200);
    const policy = page.headers.get('content-security-policy') ?? '';
    expect(policy).to.contain("default-src 'none'").and.contain("frame-ancestors 'none'");
    expect(policy).not.to.contain('unsafe');
    expect(page.headers.get('cache-control')).to.equal('no-store');
    expect(await page.text()).to.contain('<form method="post" action="/bootstrap">');
  });

  it('makes the administrator, and tells how to sign in', async () => {
    const page = await submit(GOOD);
    expect(page.status).to.equal(200);
    expect(await page.text()).to.contain('The administrator ada is made');
  });

  it('says why not, as text, whatever was typed', async () => {
    const page = await submit({ ...GOOD, code: 'bad', name: '<script>' });
    expect(page.status).to.equal(401);
    const text = await page.text();
    expect(text).to.contain('not &lt;b&gt;&lt;script&gt;').and.contain('&amp; &quot;wait&quot;');
    expect(text).not.to.contain('a long password');
  });

  it('is not filled in by another site', async () => {
    expect((await submit(GOOD, { origin: 'https://evil.example' })).status).to.equal(403);
    expect((await submit(GOOD, { 'sec-fetch-site': 'cross-site' })).status).to.equal(403);
  });

  it('answers a program in JSON, also where it refuses', async () => {
    const post = (body: object) =>
      fetch(`${origin}/bootstrap`, { method: 'POST', body: JSON.stringify(body) });
    const answer = await post(GOOD);
    expect(await answer.json()).to.deep.equal({ user: 'ada' });
    const refused = await post({ ...GOOD, code: 'bad' });
    expect(refused.status).to.equal(401);
    expect(await refused.json()).to.have.nested.property('problem.reason', 'Unauthorized');
    expect((await post({ code: 'good' })).status).to.equal(400);
  });
});
