import { expect } from 'chai';
import type { WebAnswer } from '../../src/charts/web/ask.ts';
import type { Forge, ForgeKind } from '../../src/forge/forge.ts';
import { openForge } from '../../src/forge/open.ts';
import { answer, type FakeWeb, fakeWeb } from '../fakes/chartservers.ts';
import { FakeClock } from '../fakes/clock.ts';

const API = 'https://git.example.com/api/v1/repos/acme/shop';
const REVISION = 'a'.repeat(40);

const json = (body: unknown, headers: Record<string, string> = {}, status = 200): WebAnswer =>
  answer(status, JSON.stringify(body), headers);

const pull = (number: number, over: object = {}) => ({
  number,
  title: `Change ${number}`,
  state: 'open',
  html_url: `https://git.example.com/acme/shop/pulls/${number}`,
  user: { login: 'ada' },
  labels: [{ name: 'preview' }],
  merged: false,
  mergeable: true,
  draft: false,
  head: { ref: 'feature', sha: REVISION, repo_id: 7 },
  base: { ref: 'main', sha: 'b'.repeat(40), repo_id: 7 },
  ...over,
});

describe('the client of a forge', () => {
  let web: FakeWeb;
  let clock: FakeClock;
  let forge: Forge;
  const open = (kind: ForgeKind = 'gitea') =>
    openForge({
      ask: web.ask,
      clock,
      kind,
      repository: { origin: 'https://git.example.com', path: 'acme/shop' },
      token: async () => 's3cret',
    });
  beforeEach(() => {
    web = fakeWeb();
    clock = new FakeClock(Date.UTC(2026, 11, 1));
    forge = open();
  });

  it('reads open pull requests page by page, with branch, commit, author, labels and whether they are of a fork', async () => {
    const fork = { ref: 'feature', sha: REVISION, repo_id: 8 };
    const next = `<${API}/pulls?page=2>; rel="next",<${API}/pulls?page=2>; rel="last"`;
    web.answers[`GET ${API}/pulls?state=open&sort=newest&limit=50`] = json([pull(2)], { link: next });
    web.answers[`GET ${API}/pulls?state=open&sort=newest&limit=50&page=2`] = json([pull(1, { head: fork })]);
    const found = await forge.pullRequests.open();
    if (!found.ok) throw new Error(found.problem.message);
    expect(found.value.isWhole).to.equal(true);
    expect(found.value.items.map(({ number, head }) => [number, head.isFork])).to.deep.equal([
      [2, false],
      [1, true],
    ]);
    expect(found.value.items[0]).to.deep.include({
      author: 'ada',
      labels: ['preview'],
      into: 'main',
      mergeable: 'yes',
      state: 'open',
    });
    expect(web.asked.every(({ headers }) => headers?.authorization === 'token s3cret')).to.equal(true);
  });

  it('says of a list that has more pages than are read that it is not whole', async () => {
    web = { ...web, ask: async () => json([pull(1)], { link: '<x>; rel="next"' }) };
    const found = await open().pullRequests.open();
    expect(found.ok && found.value.isWhole).to.equal(false);
  });

  it('does not take the branch of a fork for the own one of that name', async () => {
    const fork = { ref: 'feature', sha: REVISION, repo_id: 8 };
    web.answers[`GET ${API}/pulls?state=all&sort=recentupdate&base_branch=main&limit=50`] = json([
      pull(3, { head: fork }),
      pull(2, { state: 'closed' }),
      pull(1),
    ]);
    const found = await forge.pullRequests.between('feature', 'main');
    expect(found.ok && found.value.map(({ number }) => number)).to.deep.equal([1, 2]);
  });

  it('asks nothing more until the time that a rate limit names', async () => {
    const reset = String(clock.now() / 1000 + 120);
    web.answers[`GET ${API}`] = json({}, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset }, 403);
    const first = await forge.rights();
    expect(first.ok ? undefined : first.until).to.equal(clock.now() + 120_000);
    const second = await forge.pullRequests.open();
    expect(second.ok ? '' : second.problem.message).to.equal(
      'Gitea is asked too often for git.example.com/acme/shop; nothing is asked before 2026-12-01T00:02:00Z',
    );
    expect(web.asked).to.have.length(1);
    await clock.advance(121_000);
    web.answers[`GET ${API}`] = json({ permissions: { push: true } });
    expect(await forge.rights()).to.deep.equal({ ok: true, value: { push: true } });
  });

  it('takes what was not modified from what it was answered before', async () => {
    web.answers[`GET ${API}`] = ({ headers }) =>
      headers?.['if-none-match'] === '"1"'
        ? answer(304)
        : json({ permissions: { push: false } }, { etag: '"1"' });
    await forge.rights();
    expect(await forge.rights()).to.deep.equal({ ok: true, value: { push: false } });
    expect(web.asked[1]?.headers?.['if-none-match']).to.equal('"1"');
  });

  it('keeps one comment: makes it, leaves it while it says the same, and changes it when it does not', async () => {
    const comments = `${API}/issues/4/comments`;
    const first = '<!-- pilotage:preview:shop/x -->\nReady.';
    web.answers[`GET ${comments}?limit=50`] = json([{ id: 1, body: 'by a person' }]);
    web.answers[`POST ${comments}`] = json({ id: 2, body: first }, {}, 201);
    await forge.pullRequests.comment(4, { marker: 'preview:shop/x', body: 'Ready.' });
    expect(JSON.parse(String(web.asked[1]?.body))).to.deep.equal({ body: first });
    web.answers[`GET ${comments}?limit=50`] = json([{ id: 2, body: first }]);
    await forge.pullRequests.comment(4, { marker: 'preview:shop/x', body: 'Ready.' });
    expect(web.asked.at(-1)?.method).to.equal('GET');
    web.answers[`PATCH ${API}/issues/comments/2`] = json({ id: 2 });
    await forge.pullRequests.comment(4, { marker: 'preview:shop/x', body: 'Gone.' });
    expect(web.asked.at(-1)).to.include({ method: 'PATCH', url: `${API}/issues/comments/2` });
  });

  it('says which right is missing, and never the token', async () => {
    web.answers[`POST ${API}/statuses/${REVISION}`] = json(
      { message: 'token requires scope write' },
      {},
      403,
    );
    const set = await forge.setStatus(REVISION, { name: 'pilotage/dev', state: 'pending', description: '' });
    if (set.ok) throw new Error('expected a refusal');
    expect(set.problem.reason).to.equal('RightMissing');
    expect(set.problem.message).to.contain('403: token requires scope write');
    expect(JSON.stringify(set)).not.to.contain('s3cret');
  });

  it('merges what the forge has still to look at, as soon as it has', async () => {
    const later = json({ message: 'Please try again later' }, {}, 405);
    let asked = 0;
    web.answers[`POST ${API}/pulls/4/merge`] = () => (++asked < 3 ? later : answer(200));
    const merging = forge.pullRequests.merge(4, REVISION);
    await clock.advance(10_000);
    expect(await merging).to.deep.equal({ ok: true, value: undefined });
    expect(asked).to.equal(3);
    expect(JSON.parse(String(web.asked[0]?.body))).to.deep.equal({ Do: 'merge', head_commit_id: REVISION });
  });

  it('asks for no longer than some seconds whether it may merge by now, and says that it may not yet', async () => {
    web.answers[`POST ${API}/pulls/4/merge`] = json({ message: 'Please try again later' }, {}, 405);
    const merging = forge.pullRequests.merge(4, REVISION);
    await clock.advance(10_000);
    const found = await merging;
    expect(found.ok ? '' : found.problem.reason).to.equal('NotYet');
    expect(web.asked).to.have.length(5);
  });

  for (const [status, message] of [
    [405, 'not ready to merge: does not have enough approvals'],
    [405, 'User not allowed to merge PR'],
    [409, 'head out of date'],
  ] as const)
    it(`asks once for what is refused for good: ${message}`, async () => {
      web.answers[`POST ${API}/pulls/4/merge`] = json({ message }, {}, status);
      const found = await forge.pullRequests.merge(4, REVISION);
      expect(found.ok ? '' : found.problem.reason).to.equal('Refused');
      expect(found.ok ? '' : found.problem.message).to.contain(message);
      expect(web.asked).to.have.length(1);
    });

  it('does not follow a redirect with its token', async () => {
    web.answers[`GET ${API}`] = answer(301, '', { location: 'https://evil.example.com/' });
    const found = await forge.rights();
    expect(found.ok ? '' : found.problem.reason).to.equal('Moved');
    expect(web.asked).to.have.length(1);
  });

  it('takes HTML for no answer', async () => {
    web.answers[`GET ${API}`] = answer(200, '<html>Sign in</html>');
    const found = await forge.rights();
    expect(found.ok ? '' : found.problem.reason).to.equal('UnexpectedAnswer');
  });
});
