import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import type { PullRequest } from '../../src/forge/forge.ts';
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
    - {name: prod, branch: prod, promotion: {from: dev, by: pull-request}}
  apps:
    - {name: web, path: manifests}
`;
const manifest = (text: string): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\ndata: {greeting: ${text}}\n`;

describe('a real Gitea', function () {
  this.timeout(180_000);
  let gitea: Gitea;
  let pilotage: Pilotage;
  let work: Work;
  let token: string;

  before(async function () {
    if (!hasGitea()) this.skip();
    gitea = await startGitea();
    for (const name of ['ada', 'bot', 'stranger']) gitea.addUser(name);
    await gitea.api('ada', 'POST', '/user/repos', { name: 'shop', default_branch: 'main' });
    await gitea.api('ada', 'PUT', '/repos/ada/shop/collaborators/bot', { permission: 'write' });
    token = gitea.token('bot', 'write:repository,write:issue');
    pilotage = await Pilotage.start();
    const remote = `${gitea.url.replace('://', '://ada:correct-horse-1@')}/ada/shop.git`;
    work = await repositoryAt(join(pilotage.dir, 'work', 'shop'), remote, 'web');
    await work.write('pilotage.yaml', PILOTAGE_FILE);
    await work.write('manifests/web.yaml', manifest('one'));
    await work.commit('deliver');
    expect((await work.push()).code).to.equal(0);
  });
  after(async () => {
    await pilotage?.stop();
    gitea?.stop();
  });

  const file = async (text: string): Promise<string> => {
    const path = join(pilotage.dir, `token-${text.length}-${Math.random()}`);
    await writeFile(path, text);
    return path;
  };
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
        '-n',
        `shop-${environment}`,
        'get',
        'configmap',
        'web',
        '-o',
        'jsonpath={.data.greeting}',
      )
    ).stdout;
  const ships = async (text: string): Promise<string> => {
    await work.write('manifests/web.yaml', manifest(text));
    const revision = await work.commit(`Say ${text}`);
    expect((await work.push()).code).to.equal(0);
    await until('dev', `runs ${text}`, ({ deployedRevision }) => deployedRevision === revision);
    return revision;
  };
  const opened = (number: number): Promise<PullRequest> =>
    eventually(
      `pull request ${number}`,
      async () => {
        const found = await gitea.forge('ada/shop', token).pullRequests.get(number);
        return found.ok && found.value;
      },
      60_000,
    );

  it('is connected by an administrator, who is told what the token may do', async () => {
    const { code, stdout, stderr } = await pilotage.cli(
      ...['connect', 'shop', `${gitea.url}/ada/shop.git`, '--poll', '1', '--username', 'bot'],
      ...[
        '--token-file',
        await file(token),
        '--forge',
        `gitea=${gitea.url}`,
        '--forge-token-file',
        await file(token),
      ],
    );
    expect(code, stderr).to.equal(0);
    expect(stdout).to.contain('Delivery shop follows');
    expect(stdout).to.contain(`/ada/shop (gitea): the token may read it and push branches.`);
    await until('dev', 'is deployed', ({ deployedRevision }) => deployedRevision !== null);
  });

  it('has a pull request opened for what dev runs, which a person merges, and which is deployed then', async () => {
    // The first promotion makes the branch.
    const first = await pilotage.cli('promote', 'shop/prod');
    expect(first.stdout + first.stderr).to.match(/Promoted|already carries/);
    await until('prod', 'is deployed', ({ deployedRevision }) => deployedRevision !== null);
    const revision = await ships('two');
    const pull = await opened(1);
    expect(pull.title).to.equal(`Promote shop/dev to prod: ${revision.slice(0, 7)}`);
    expect([pull.head.branch, pull.into, pull.author]).to.deep.equal([
      'pilotage/promote-prod',
      'prod',
      'bot',
    ]);
    expect(await greeting('prod')).to.equal('one');
    const asked = await pilotage.cli('promote', 'shop/prod');
    expect(asked.stdout).to.contain('Proposed to merge shop/dev').and.to.contain('/ada/shop/pulls/1');
    await gitea.api('ada', 'POST', '/repos/ada/shop/pulls/1/merge', { Do: 'merge' });
    await eventually('prod says two', async () => (await greeting('prod')) === 'two', 60_000);
  });

  it('has the one that is open brought up to date by the next revision', async () => {
    await ships('three');
    const { head } = await opened(2);
    const revision = await ships('four');
    const updated = await eventually(
      'the update',
      async () => {
        const now = await opened(2);
        return now.head.revision !== head.revision && now.title.includes(revision.slice(0, 7)) && now;
      },
      60_000,
    );
    expect(updated.state).to.equal('open');
    expect((await gitea.forge('ada/shop', token).pullRequests.get(3)).ok).to.equal(false);
  });

  it('counts one that a person closed as a rejection, and says how it is taken back', async () => {
    await gitea.api('ada', 'PATCH', '/repos/ada/shop/pulls/2', { state: 'closed' });
    const { stdout, code } = await pilotage.cli('promote', 'shop/prod');
    expect(code).to.equal(1);
    expect(stdout)
      .to.contain('its pull request 2 was closed')
      .and.to.contain('pilotage reject shop/prod --off');
    expect((await pilotage.cli('reject', 'shop/prod', '--off')).code).to.equal(0);
    expect((await opened(3)).state).to.equal('open');
  });

  it('shows the status of each environment at its commit', async () => {
    const forge = gitea.forge('ada/shop', token);
    const revision = await work.git('rev-parse', 'HEAD');
    const status = await eventually(
      'the status of dev',
      async () => {
        const found = await forge.statuses(revision);
        const [dev] = found.ok ? found.value.items.filter(({ name }) => name === 'pilotage/dev') : [];
        return dev?.state === 'success' && dev;
      },
      60_000,
    );
    expect(status.description).to.contain('Deployed');
  });

  it('says which right a token lacks', async () => {
    const weak = gitea.token('stranger', 'read:repository');
    const { stdout } = await pilotage.cli('connect', 'shop', '--forge-token-file', await file(weak));
    expect(stdout).to.contain('may not push branches');
    const set = await gitea.forge('ada/shop', weak).setStatus(await work.git('rev-parse', 'HEAD'), {
      ...{ name: 'x', state: 'pending', description: '' },
    });
    expect(set.ok ? '' : set.problem.reason).to.equal('RightMissing');
    expect(JSON.stringify(set)).not.to.contain(weak);
  });

  it('keeps one comment, whatever is said in it', async () => {
    const { pullRequests } = gitea.forge('ada/shop', token);
    for (const body of ['first', 'second', 'second'])
      await pullRequests.comment(3, { marker: 'preview:shop/x', body });
    const comments = await gitea.api<{ body: string }[]>('ada', 'GET', '/repos/ada/shop/issues/3/comments');
    expect(comments.map(({ body }) => body)).to.deep.equal(['<!-- pilotage:preview:shop/x -->\nsecond']);
  });
});
