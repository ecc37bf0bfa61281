import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import type { WebAnswer } from '../../src/charts/web/ask.ts';
import type { Forge, ForgeKind, PullRequest } from '../../src/forge/forge.ts';
import { openForge } from '../../src/forge/open.ts';
import { answer, type FakeWeb, fakeWeb } from '../fakes/chartservers.ts';
import { FakeClock } from '../fakes/clock.ts';

const [ONE, API] = ['1'.repeat(40), 'https://api.github.com/repos/acme/shop'];
const GITLAB = 'https://gitlab.com/api/v4/projects/acme%2Fweb%2Fshop';
/** Own values in the shapes that docs.github.com/rest and docs.gitlab.com/api publish. */
const read = (name: string): string => readFileSync(new URL(`answers/${name}.json`, import.meta.url), 'utf8');

interface Refusal {
  readonly what: string;
  readonly kind: 'github' | 'gitlab';
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body?: unknown;
  readonly text?: string;
  readonly reason: string;
  readonly says?: string;
  readonly afterSeconds?: number;
}

describe('answers in the shape of published API documents', () => {
  let web: FakeWeb;
  let clock: FakeClock;
  const open = (kind: ForgeKind): Forge =>
    openForge({
      ask: web.ask,
      clock,
      kind,
      repository:
        kind === 'github'
          ? { origin: 'https://github.com', path: 'acme/shop' }
          : { origin: 'https://gitlab.com', path: 'acme/web/shop' },
      token: async () => 's3cret',
    });
  const told = (name: string, headers: Record<string, string> = {}): WebAnswer =>
    answer(200, read(name), headers);
  const bodyOf = (at: number): unknown => JSON.parse(String(web.asked.at(at)?.body));
  beforeEach(() => {
    web = fakeWeb();
    clock = new FakeClock(Date.UTC(2026, 11, 1));
  });

  const LISTS = {
    github: [`${API}/pulls?state=open&sort=created&direction=desc&per_page=100`, 'github/pulls'],
    gitlab: [
      `${GITLAB}/merge_requests?state=opened&order_by=created_at&sort=desc&per_page=100`,
      'gitlab/mergerequests',
    ],
  } as const;
  for (const kind of ['github', 'gitlab'] as const)
    it(`tell at ${kind} which are open, closed, merged and of a fork, with branch, commit, author and labels`, async () => {
      const [url, name] = LISTS[kind];
      web.answers[`GET ${url}`] = told(name);
      const found = await open(kind).pullRequests.open();
      if (!found.ok) throw new Error(found.problem.message);
      const row = ({ number, state, head, into, author, labels, isDraft, mergeCommit }: PullRequest) =>
        [
          number,
          state,
          head.branch,
          head.isFork,
          into,
          author,
          labels.join(),
          isDraft,
          mergeCommit?.[0],
        ] as const;
      const labels = kind === 'github' ? 'preview' : 'preview,team::web';
      const [nobody, bot] = kind === 'github' ? ['', 'pilotage[bot]'] : ['mallory', 'bot'];
      expect(found.value.items.map(row)).to.deep.equal([
        [14, 'open', 'feature/limit', false, 'main', 'ada', labels, false, undefined],
        [13, 'open', 'main', true, 'main', 'mallory', '', true, undefined],
        [12, 'closed', 'patch-1', true, 'main', nobody, '', false, undefined],
        [11, 'merged', 'pilotage/promote-prod', false, 'prod', bot, '', false, '5'],
      ]);
      expect(found.value.items[0]?.head.revision).to.equal(ONE);
      expect(found.value.isWhole).to.equal(true);
    });

  const MERGEABLE: readonly (readonly [ForgeKind, object, PullRequest['mergeable']])[] = [
    ['github', { mergeable: null, mergeable_state: 'unknown' }, 'unknown'],
    ['github', { mergeable: true, mergeable_state: 'clean' }, 'yes'],
    ['github', { mergeable: true, mergeable_state: 'unstable' }, 'yes'],
    ['github', { mergeable: true, mergeable_state: 'blocked' }, 'no'],
    ['github', { mergeable: true, mergeable_state: 'behind' }, 'no'],
    ['github', { mergeable: false, mergeable_state: 'dirty' }, 'no'],
    ['gitlab', { detailed_merge_status: 'mergeable' }, 'yes'],
    ['gitlab', { detailed_merge_status: 'checking' }, 'unknown'],
    ['gitlab', { detailed_merge_status: 'ci_still_running' }, 'no'],
    ['gitlab', { detailed_merge_status: 'not_approved' }, 'no'],
    ['gitlab', { detailed_merge_status: 'conflict' }, 'no'],
  ];
  for (const [kind, fields, wanted] of MERGEABLE)
    it(`tell at ${kind} by ${Object.values(fields).join(' ')} that it may be merged: ${wanted}`, async () => {
      const [first] = JSON.parse(read(LISTS[kind as 'github' | 'gitlab'][1]));
      const url = kind === 'github' ? `${API}/pulls/14` : `${GITLAB}/merge_requests/14`;
      web.answers[`GET ${url}`] = answer(200, JSON.stringify({ ...first, ...fields }));
      const found = await open(kind).pullRequests.get(14);
      expect(found.ok && found.value.mergeable).to.equal(wanted);
    });

  it('tell what CI says at GitHub, by check runs and statuses together', async () => {
    web.answers[`GET ${API}/commits/${ONE}/check-runs?filter=latest&per_page=100`] = told('github/checkruns');
    web.answers[`GET ${API}/commits/${ONE}/status?per_page=100`] = told('github/status');
    const found = await open('github').statuses(ONE);
    if (!found.ok) throw new Error(found.problem.message);
    expect(found.value.items.map(({ name, state }) => `${name} ${state}`)).to.deep.equal([
      ...['build success', 'lint success', 'docs success', 'e2e pending', 'deploy pending', 'unit failure'],
      ...['slow error', 'manual pending', 'new-word error', 'ci/jenkins success', 'security/scan pending'],
    ]);
  });

  it('tell what CI says at Gitea, where a state has another name and two more values', async () => {
    const states = ['success', 'warning', 'skipped', 'failure', 'error', 'pending', 'new-word'];
    const statuses = states.map((status) => ({ context: `is-${status}`, status, description: '' }));
    const url = `https://gitlab.com/api/v1/repos/acme/web/shop/commits/${ONE}/status?limit=50`;
    web.answers[`GET ${url}`] = answer(200, JSON.stringify({ state: 'failure', statuses }));
    const found = await open('gitea').statuses(ONE);
    if (!found.ok) throw new Error(found.problem.message);
    expect(found.value.items.map(({ name, state }) => `${name} ${state}`)).to.deep.equal([
      ...['is-success success', 'is-warning success', 'is-skipped success', 'is-failure failure'],
      ...['is-error error', 'is-pending pending', 'is-new-word pending'],
    ]);
  });

  it('tell what jobs say at GitLab: the latest of each name, and none that may fail or be left', async () => {
    const url = `${GITLAB}/repository/commits/${ONE}/statuses?order_by=id&sort=desc&per_page=100`;
    web.answers[`GET ${url}`] = told('gitlab/statuses');
    const found = await open('gitlab').statuses(ONE);
    if (!found.ok) throw new Error(found.problem.message);
    expect(found.value.items.map(({ name, state }) => `${name} ${state}`)).to.deep.equal([
      ...['build success', 'flaky success', 'unit failure', 'e2e pending', 'queued pending'],
      ...['release success', 'gate pending', 'stopped error', 'left-out success'],
    ]);
  });

  it('are followed from page to page by their Link headers, at the address that was asked', async () => {
    const url = `${API}/commits/${ONE}/check-runs?filter=latest&per_page=100`;
    const link = `<https://evil.example.com/repositories/700/check-runs?page=2>; rel="next", <${url}&page=2>; rel="last"`;
    const more = JSON.stringify({
      total_count: 10,
      check_runs: [{ id: 50, name: 'last', status: 'queued' }],
    });
    web.answers[`GET ${url}`] = told('github/checkruns', { link });
    web.answers[`GET ${url}&page=2`] = answer(200, more, { link: `<${url}>; rel="prev"` });
    web.answers[`GET ${API}/commits/${ONE}/status?per_page=100`] = told('github/status');
    const found = await open('github').statuses(ONE);
    expect(found.ok && found.value.items.some(({ name }) => name === 'last')).to.equal(true);
    expect(web.asked.map(({ url: asked }) => new URL(asked).host)).to.deep.equal(
      Array(3).fill('api.github.com'),
    );
  });

  const deployment = {
    ...{ environment: 'dev', revision: ONE, branch: 'main', description: 'Being deployed.' },
    url: 'https://pilotage.example.com',
  };
  it('make one deployment at GitHub, and say its state after it', async () => {
    const list = `${API}/deployments?sha=${ONE}&environment=dev&per_page=1`;
    web.answers[`GET ${list}`] = answer(200, '[]');
    web.answers[`POST ${API}/deployments`] = answer(201, read('github/deployment'));
    web.answers[`POST ${API}/deployments/61/statuses`] = answer(201, '{"id": 1, "state": "in_progress"}');
    const forge = open('github');
    expect(await forge.deploy?.({ ...deployment, state: 'running' })).to.deep.equal({
      ok: true,
      value: undefined,
    });
    expect(bodyOf(1)).to.include({ ref: ONE, environment: 'dev', auto_merge: false });
    web.answers[`GET ${list}`] = answer(200, `[${read('github/deployment')}]`);
    await forge.deploy?.({ ...deployment, state: 'success' });
    expect(web.asked.map(({ method }) => method)).to.deep.equal(['GET', 'POST', 'POST', 'GET', 'POST']);
    expect(bodyOf(-1)).to.deep.equal({
      ...{ state: 'success', description: 'Being deployed.', log_url: 'https://pilotage.example.com' },
    });
  });

  it('make one deployment at GitLab with a state that it takes, and change that', async () => {
    const list = `${GITLAB}/deployments?environment=dev&order_by=id&sort=desc&per_page=20`;
    web.answers[`GET ${list}`] = answer(200, '[]');
    web.answers[`POST ${GITLAB}/deployments`] = answer(201, read('gitlab/deployment'));
    web.answers[`PUT ${GITLAB}/deployments/42`] = answer(200, read('gitlab/deployment'));
    const forge = open('gitlab');
    await forge.deploy?.({ ...deployment, state: 'pending' });
    expect(bodyOf(-1)).to.deep.equal({
      ...{ sha: ONE, ref: 'main', tag: false, environment: 'dev', status: 'running' },
    });
    web.answers[`GET ${list}`] = answer(200, `[${read('gitlab/deployment')}]`);
    await forge.deploy?.({ ...deployment, state: 'failure' });
    expect(bodyOf(-1)).to.deep.equal({ status: 'failed' });
  });

  it('take a status of GitLab for sent that is pending there already', async () => {
    const said =
      'Cannot transition status via :enqueue from :pending (Reason(s): Status cannot transition via "enqueue")';
    web.answers[`POST ${GITLAB}/statuses/${ONE}`] = answer(400, JSON.stringify({ message: said }));
    const status = { name: 'pilotage/dev', state: 'pending', description: 'Being deployed.' } as const;
    expect(await open('gitlab').setStatus(ONE, status)).to.deep.equal({ ok: true, value: undefined });
  });

  for (const one of JSON.parse(read('refusals')) as readonly Refusal[])
    it(`are refusals that say why: ${one.what}`, async () => {
      const url = one.kind === 'github' ? `${API}/pulls` : `${GITLAB}/merge_requests`;
      web.answers[`POST ${url}`] = answer(
        one.status,
        one.text ?? JSON.stringify(one.body),
        one.headers ?? {},
      );
      const made = await open(one.kind).pullRequests.create({ from: 'a', into: 'b', title: 't', body: '' });
      if (made.ok) throw new Error('expected a refusal');
      expect(made.problem.reason).to.equal(one.reason);
      expect(made.problem.message).to.contain(one.says ?? '');
      const until = one.afterSeconds === undefined ? undefined : clock.now() + one.afterSeconds * 1000;
      expect(made.until).to.equal(until);
      expect(JSON.stringify(made)).not.to.contain('s3cret');
    });
});
