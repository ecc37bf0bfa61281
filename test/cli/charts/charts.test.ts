import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { helmRepositories, repositoryUrl } from '../../../src/cli/charts/helmrepositories.ts';
import { forgetLogin, keepLogin, loginFor, ownLogins } from '../../../src/cli/charts/logins.ts';
import { packed, refusal, startServer } from '../../fakes/chartservers.ts';
import { run } from '../harness.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'pilotage-cli-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));
const write = (path: string, text: string | Buffer): void => {
  mkdirSync(join(dir, path, '..'), { recursive: true });
  writeFileSync(join(dir, path), text);
};

describe('chart dependency', () => {
  let server: Awaited<ReturnType<typeof startServer>>;
  const served = new Map<string, Buffer>();
  before(async () => {
    server = await startServer((request, response) => {
      const body = served.get(request.url ?? '');
      response.writeHead(body ? 200 : 404).end(body);
    });
  });
  after(() => server.stop());
  beforeEach(() => {
    served.clear();
    publish('a', ['1.0.0', '1.1.0']);
    publish('b', ['2.0.0']);
    write('shop/Chart.yaml', chartWith('^1'));
  });

  const entries = new Map<string, readonly string[]>();
  const publish = (name: string, versions: readonly string[]): void => {
    entries.set(name, versions);
    for (const version of versions) served.set(`/${name}-${version}.tgz`, packed(name, version));
    const text = [...entries].map(
      ([chart, all]) =>
        `  ${chart}:\n${all.map((version) => `  - {version: ${version}, urls: [${chart}-${version}.tgz]}\n`).join('')}`,
    );
    served.set('/index.yaml', Buffer.from(`entries:\n${text.join('')}`));
  };
  const chartWith = (range: string): string =>
    `apiVersion: v2\nname: shop\nversion: 1.0.0\ndependencies:\n- {name: a, version: ${range}, repository: "${server.url}"}\n- {name: b, version: 2.0.0, repository: "${server.url}/"}\n`;
  const dependency = (...args: readonly string[]) =>
    run(['chart', 'dependency', ...args, join(dir, 'shop')], { fullEnvironment: { HOME: dir } });
  const vendored = () => readdirSync(join(dir, 'shop', 'charts')).sort();

  it('update fetches and locks, removes what is outdated, and leaves what is not its own', async () => {
    write('shop/charts/a-0.9.0.tgz', packed('a', '0.9.0'));
    write('shop/charts/notes.tgz', 'no archive');
    write('shop/charts/own/Chart.yaml', 'apiVersion: v2\nname: own\nversion: 1.0.0\n');
    const { code, stdout, stderr } = await dependency('update');
    expect([code, stderr]).to.deep.equal([0, '']);
    expect(stdout).to.contain('removed charts/a-0.9.0.tgz').and.contain('Wrote Chart.lock');
    expect(vendored()).to.deep.equal(['a-1.1.0.tgz', 'b-2.0.0.tgz', 'notes.tgz', 'own']);
    const lock = readFileSync(join(dir, 'shop', 'Chart.lock'), 'utf8');
    await dependency('update');
    expect(readFileSync(join(dir, 'shop', 'Chart.lock'), 'utf8')).to.equal(lock);
    expect((await dependency('list')).stdout).to.match(/^a +\^1 +\S+ +ok\nb +2.0.0 +\S+ +ok$/m);
  });

  it('update changes nothing where one of all cannot be had', async () => {
    write('shop/charts/a-0.9.0.tgz', packed('a', '0.9.0'));
    served.delete('/b-2.0.0.tgz');
    const { code, stderr } = await dependency('update');
    expect(code).to.equal(1);
    expect(stderr).to.contain('Chart.yaml:6').and.contain('b-2.0.0.tgz');
    expect(vendored()).to.deep.equal(['a-0.9.0.tgz']);
    expect(readdirSync(join(dir, 'shop')).sort()).to.deep.equal(['Chart.yaml', 'charts']);
  });

  it('build takes the versions of the lock, and needs no network for what was fetched before', async () => {
    await dependency('update');
    publish('a', ['1.0.0', '1.1.0', '1.2.0']);
    rmSync(join(dir, 'shop', 'charts'), { recursive: true });
    served.clear();
    const { code, stderr } = await dependency('build', '--offline');
    expect([code, stderr]).to.deep.equal([0, '']);
    expect(vendored()).to.deep.equal(['a-1.1.0.tgz', 'b-2.0.0.tgz']);
    write('shop/Chart.yaml', chartWith('^2'));
    expect((await dependency('build')).stderr).to.contain(
      'The lock was not made of what Chart.yaml asks for now',
    );
  });

  it('update warns where a version is another archive than it was', async () => {
    await dependency('update');
    served.set('/a-1.1.0.tgz', packed('a', '1.1.0', { 'values.yaml': 'changed: true' }));
    expect((await dependency('update')).stderr).to.contain('warning: a-1.1.0.tgz is not what it was');
  });

  it('writes through no link', async () => {
    mkdirSync(join(dir, 'elsewhere'));
    symlinkSync(join(dir, 'elsewhere'), join(dir, 'shop', 'charts'));
    expect((await dependency('update')).code).to.equal(1);
    expect(readdirSync(join(dir, 'elsewhere'))).to.deep.equal([]);
  });
});

describe('chart search and pull, of a repository', () => {
  const INDEX = `entries:
  web:
  - {version: 1.0.0, appVersion: "7", description: A web server, urls: [web-1.0.0.tgz]}
  - {version: 1.2.0, appVersion: "8", description: A web server, urls: [web-1.2.0.tgz]}
  - {version: 2.0.0-rc.1, appVersion: "9", description: A web server, urls: [web-2.tgz]}
  db:
  - {version: 3.0.0, deprecated: true, description: "${'A very long description of a database. '.repeat(4)}", urls: [db.tgz]}
`;
  let server: Awaited<ReturnType<typeof startServer>>;
  before(async () => {
    server = await startServer((request, response) => {
      const body = request.url === '/index.yaml' ? INDEX : packed('web', '1.2.0');
      response.end(body);
    });
  });
  after(() => server.stop());
  const chart = (...args: readonly string[]) =>
    run(['chart', ...args], { fullEnvironment: { HOME: dir } }, {});

  it('lists the newest version of each chart, one word away, and all of them where they are asked for', async () => {
    const { stdout } = await chart('search', server.url, 'WEB');
    expect(stdout).to.equal(
      'NAME   VERSION   APP VERSION   DESCRIPTION\nweb    1.2.0     8             A web server\n',
    );
    const all = JSON.parse((await chart('search', server.url, '--versions', '-o', 'json')).stdout) as {
      version: string;
    }[];
    expect(all.map(({ version }) => version)).to.deep.equal(['3.0.0', '2.0.0-rc.1', '1.2.0', '1.0.0']);
    expect((await chart('search', server.url, 'nothing')).stdout).to.equal('Nothing was found.\n');
  });

  it('writes the newest within a range as an archive or as files, and over no folder that is there', async () => {
    const pull = (...args: readonly string[]) =>
      chart('pull', 'web', '--repo', server.url, '--destination', dir, ...args);
    expect((await pull('--version', '^1')).stdout).to.contain('web-1.2.0.tgz');
    expect((await pull('--untar')).code).to.equal(0);
    expect(readdirSync(join(dir, 'web'))).to.deep.equal(['Chart.yaml']);
    expect((await pull('--untar')).stderr).to.contain('exists already');
    expect((await pull('--prov')).stderr).to.contain('has no provenance file');
  });

  it('refuses to verify what has no place for a signature, and to send a password without encryption', async () => {
    write('cosign.pub', '-----BEGIN PUBLIC KEY-----\nnone\n-----END PUBLIC KEY-----\n');
    const refused = await chart(
      'pull',
      'web',
      '--repo',
      server.url,
      '--verify-key',
      join(dir, 'cosign.pub'),
      '--destination',
      dir,
    );
    expect([refused.code, readdirSync(dir).includes('web-1.2.0.tgz')]).to.deep.equal([1, false]);
    write(
      'helm/repositories.yaml',
      `repositories:\n- {name: corp, url: "${server.url}", username: ann, password: pw}\n`,
    );
    const named = await run(['chart', 'pull', '@corp/web', '--destination', dir], {
      fullEnvironment: { HOME: dir, HELM_CONFIG_HOME: join(dir, 'helm') },
    });
    expect(named.stderr).to.contain('A password would be sent').and.not.contain('pw');
  });
});

describe('the password of a registry', () => {
  const places = () => ({
    credentials: join(dir, 'config', 'credentials.json'),
    fullEnvironment: { HOME: dir, PATH: `${join(dir, 'bin')}:/usr/bin:/bin` },
  });
  const config = (value: object): void => write('.docker/config.json', JSON.stringify(value));

  it('is kept in a file that only its owner reads, until it is forgotten', async () => {
    await keepLogin(places(), 'r.example.com', { username: 'ann', password: 'a:b' });
    await keepLogin(places(), 'other.example.com', { username: 'bob', password: 'c' });
    expect(statSync(ownLogins(places())).mode & 0o777).to.equal(0o600);
    const login = { type: 'password', username: 'ann', password: 'a:b' };
    expect(await loginFor(places(), 'r.example.com')).to.deep.equal(login);
    expect([forgetLogin(places(), 'r.example.com'), forgetLogin(places(), 'r.example.com')]).to.deep.equal([
      true,
      false,
    ]);
    expect(await loginFor(places(), 'r.example.com')).to.equal(undefined);
    expect(await loginFor(places(), 'other.example.com')).to.include({ username: 'bob' });
  });

  it('is found in the file of Docker: a password, a token, Docker Hub by its old name', async () => {
    config({
      auths: {
        'r.example.com': { auth: Buffer.from('ann:pw').toString('base64') },
        'token.example.com': { identitytoken: 't' },
        'https://index.docker.io/v1/': { username: 'ann', password: 'hub' },
      },
    });
    expect(await loginFor(places(), 'r.example.com')).to.include({ username: 'ann', password: 'pw' });
    expect(await loginFor(places(), 'token.example.com')).to.deep.equal({ type: 'refresh', token: 't' });
    expect(await loginFor(places(), 'registry-1.docker.io')).to.include({ password: 'hub' });
    expect(await loginFor(places(), 'elsewhere.example.com')).to.equal(undefined);
  });

  it('is asked of a credential helper, which is told the host on its standard input', async () => {
    write(
      'bin/docker-credential-test',
      '#!/bin/sh\nread -r host || :\n[ "$host" = r.example.com ] || exit 1\necho \'{"Username":"ann","Secret":"kept"}\'\n',
    );
    chmodSync(join(dir, 'bin', 'docker-credential-test'), 0o755);
    config({ credHelpers: { 'r.example.com': 'test', 'x.example.com': 'test', 'y.example.com': 'absent' } });
    expect(await loginFor(places(), 'r.example.com')).to.include({ password: 'kept' });
    expect(await loginFor(places(), 'x.example.com')).to.equal(undefined);
    expect(await refusal(loginFor(places(), 'y.example.com'))).to.match(
      /^CredentialHelperMissing: docker-credential-absent/,
    );
  });

  it('is not guessed at in a file that is not valid JSON, of which nothing is shown', async () => {
    write('.docker/config.json', '{"auths": hunter2');
    expect(await refusal(loginFor(places(), 'r.example.com')))
      .to.match(/^InvalidConfig/)
      .and.not.contain('hunter2');
  });
});

describe('a repository that Helm has given a name', () => {
  it('is known by @name and alias:name; a name that nobody has given is refused', async () => {
    write(
      'helm/repositories.yaml',
      'repositories:\n- {name: corp, url: "https://c.example.com", username: ann, password: pw}\n',
    );
    const known = helmRepositories({ HELM_CONFIG_HOME: join(dir, 'helm') });
    expect(known).to.deep.equal([
      { name: 'corp', url: 'https://c.example.com', username: 'ann', password: 'pw', passCredentials: false },
    ]);
    for (const text of ['@corp', 'alias:corp', 'https://c.example.com'])
      expect(repositoryUrl(text, known)).to.equal('https://c.example.com');
    expect(await refusal((async () => repositoryUrl('@nope', known))())).to.match(/^RepositoryUnknown/);
    expect(helmRepositories({ HOME: join(dir, 'none') })).to.deep.equal([]);
  });
});
