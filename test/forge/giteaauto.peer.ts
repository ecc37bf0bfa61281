import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import {
  type EnvironmentStatus,
  eventually,
  Pilotage,
  repositoryAt,
  statusOf,
  type Work,
} from '../e2e/harness.ts';
import { type Gitea, hasGitea, startGitea } from './gitea.ts';

const PILOTAGE_FILE = `apiVersion: pilotage.dev/v1alpha1
kind: Delivery
metadata: {name: shop}
spec:
  environments:
    - {name: dev, branch: main}
    - {name: stage, branch: stage, promotion: {from: dev, by: pull-request, auto: true}}
    - {name: prod, branch: prod, promotion: {from: dev, by: pull-request, auto: true, gates: {ci: {required: [build]}}}}
    - {name: live, branch: live, promotion: {from: dev}}
  apps:
    - {name: web, path: manifests}
`;
const manifest = (text: string): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\ndata: {greeting: ${text}}\n`;

interface Pull {
  readonly number: number;
  readonly state: string;
  readonly merged: boolean;
  readonly head: { readonly ref: string; readonly sha: string };
}

describe('what a real Gitea merges by API', function () {
  this.timeout(180_000);
  let gitea: Gitea;
  let pilotage: Pilotage;
  let work: Work;

  before(async function () {
    if (!hasGitea()) this.skip();
    gitea = await startGitea();
    for (const name of ['ada', 'bot']) gitea.addUser(name);
    await gitea.api('ada', 'POST', '/user/repos', { name: 'shop', default_branch: 'main' });
    await gitea.api('ada', 'PUT', '/repos/ada/shop/collaborators/bot', { permission: 'write' });
    pilotage = await Pilotage.start();
    const remote = `${gitea.url.replace('://', '://ada:correct-horse-1@')}/ada/shop.git`;
    work = await repositoryAt(join(pilotage.dir, 'work', 'shop'), remote, 'web');
    await work.write('pilotage.yaml', PILOTAGE_FILE);
    await work.write('manifests/web.yaml', manifest('one'));
    const first = await work.commit('deliver');
    expect((await work.push('main', 'main:stage', 'main:prod', 'main:live')).code).to.equal(0);
    await ciSays(first, 'success');
    const file = join(pilotage.dir, 'token');
    await writeFile(file, gitea.token('bot', 'write:repository,write:issue'));
    const { code, stderr } = await pilotage.cli(
      ...['connect', 'shop', `${gitea.url}/ada/shop.git`, '--poll', '1', '--username', 'bot'],
      ...['--token-file', file, '--forge', `gitea=${gitea.url}`, '--forge-token-file', file],
    );
    expect(code, stderr).to.equal(0);
    for (const name of ['dev', 'stage', 'prod', 'live'])
      await until(name, 'is deployed', ({ deployedRevision }) => deployedRevision !== null);
  });
  after(async () => {
    await pilotage?.stop();
    gitea?.stop();
  });

  const until = (name: string, what: string, check: (now: EnvironmentStatus) => boolean) =>
    eventually(
      `${name} ${what}`,
      async () => {
        const now = await statusOf(pilotage, 'shop', name);
        return now && check(now) && now;
      },
      60_000,
    );
  const greeting = async (environment: string): Promise<string> =>
    (
      await pilotage.kubectl(
        ...['-n', `shop-${environment}`, 'get', 'configmap', 'web', '-o', 'jsonpath={.data.greeting}'],
      )
    ).stdout;
  const ships = async (text: string): Promise<string> => {
    await work.write('manifests/web.yaml', manifest(text));
    const revision = await work.commit(`Say ${text}`);
    expect((await work.push()).code).to.equal(0);
    await until('dev', `runs ${text}`, ({ deployedRevision }) => deployedRevision === revision);
    return revision;
  };
  const ciSays = (revision: string, state: 'pending' | 'success' | 'failure') =>
    gitea.api('ada', 'POST', `/repos/ada/shop/statuses/${revision}`, { context: 'build', state });
  const pulls = async (into: string): Promise<readonly Pull[]> =>
    gitea.api<Pull[]>('ada', 'GET', `/repos/ada/shop/pulls?state=all&base_branch=${into}`);
  const openInto = (into: string): Promise<Pull> =>
    eventually(
      `a pull request into ${into}`,
      async () => (await pulls(into)).find(({ state }) => state === 'open'),
      60_000,
    );

  it('is what the policy lets happen by itself: opened, merged as the bot, and deployed', async () => {
    const revision = await ships('two');
    await eventually('stage says two', async () => (await greeting('stage')) === 'two', 90_000);
    const [pull] = await pulls('stage');
    expect([pull?.merged, pull?.head.ref]).to.deep.equal([true, 'pilotage/promote-stage']);
    await work.git('fetch', work.remote, 'stage');
    expect(await work.git('rev-parse', 'FETCH_HEAD^{tree}')).to.equal(
      await work.git('rev-parse', `${revision}^{tree}`),
    );
  });

  it('waits for the gate ci, which opens with a status that somebody sets', async () => {
    const revision = await work.git('rev-parse', 'HEAD');
    const pull = await openInto('prod');
    await ciSays(revision, 'failure');
    const refused = await pilotage.cli('promote', 'shop/prod');
    expect(refused.stdout).to.contain('ci');
    expect(await greeting('prod')).to.equal('one');
    expect((await pulls('prod'))[0]).to.deep.include({ number: pull.number, state: 'open' });
    await ciSays(revision, 'success');
    await eventually('prod says two', async () => (await greeting('prod')) === 'two', 150_000);
    expect((await pulls('prod'))[0]).to.deep.include({ number: pull.number, merged: true });
  });

  it('is what a promotion to a protected branch becomes, without a word in the policy', async () => {
    await gitea.api('ada', 'POST', '/repos/ada/shop/branch_protections', {
      ...{ rule_name: 'live', enable_push: false },
    });
    await ships('three');
    const { stdout, stderr } = await pilotage.cli('promote', 'shop/live');
    expect(stdout + stderr).to.contain('Proposed to merge shop/dev');
    const { number, head } = await openInto('live');
    expect(head.ref).to.equal('pilotage/promote-live');
    await gitea.api('ada', 'POST', `/repos/ada/shop/pulls/${number}/merge`, { Do: 'squash' });
    await eventually('live says three', async () => (await greeting('live')) === 'three', 60_000);
  });
});
