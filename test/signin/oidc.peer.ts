import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { Pilotage } from '../e2e/harness.ts';
import { run } from '../e2e/processes.ts';
import { type SignIn, startProvider } from './provider.ts';

/** kubectl with ID tokens of npm `oidc-provider`. */
describe('sign-in by a real OpenID Connect provider', function () {
  this.timeout(90_000);
  let dir: string;
  let provider: SignIn;
  let pilotage: Pilotage;
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'pilotage-signin-'));
    provider = await startProvider(join(dir, 'provider'));
    await writeFile(join(dir, 'provider.crt'), provider.authority);
    await writeFile(
      join(dir, 'oidc.yaml'),
      [
        `issuer: ${provider.issuer}`,
        'clientId: pilotage',
        'usernameClaim: email',
        "usernamePrefix: 'oidc:'",
        'groupsClaim: groups',
        'caFile: provider.crt',
      ].join('\n'),
    );
    pilotage = await Pilotage.start([], undefined, undefined, ['--oidc', join(dir, 'oidc.yaml')]);
  });
  after(async () => {
    await pilotage?.stop();
    provider?.stop();
    if (dir) await rm(dir, { recursive: true, force: true });
  });
  const kubectl = (token: string, ...words: string[]) =>
    run('kubectl', [
      '--kubeconfig',
      '/dev/null',
      '--server',
      pilotage.ready.api,
      ...TLS,
      '--token',
      token,
      ...words,
    ]);
  const TLS = ['--insecure-skip-tls-verify'];

  it('knows the user and the groups, but for those of the system', async () => {
    const { stdout, stderr } = await kubectl(await provider.idToken('ann'), 'auth', 'whoami', '-o', 'json');
    expect(stderr).to.equal('');
    const { username, groups } = JSON.parse(stdout).status.userInfo;
    expect(username).to.equal('oidc:ann@example.com');
    expect(groups).to.deep.equal(['dev', 'system:authenticated']);
  });

  it('lets the user do what roles say, and nothing else', async () => {
    const token = await provider.idToken('ann');
    expect((await kubectl(token, 'get', 'pods')).stderr).to.contain(
      'User "oidc:ann@example.com" cannot list resource "pods"',
    );
    const admin = ['--kubeconfig', pilotage.ready.kubeconfig];
    const binding = ['create', 'rolebinding', 'dev', '--clusterrole=view', '--group=dev'];
    expect((await run('kubectl', [...admin, ...binding])).stderr).to.equal('');
    expect((await kubectl(token, 'get', 'pods')).code).to.equal(0);
    expect((await kubectl(token, 'create', 'configmap', 'mine')).stderr).to.contain('is forbidden');
  });

  it('refuses tokens for other clients, and tokens that somebody has changed', async () => {
    const other = await provider.idToken('ann', 'another');
    expect((await kubectl(other, 'get', 'pods')).stderr).to.contain('must be logged in');
    const [head = '', , seal = ''] = (await provider.idToken('ann')).split('.');
    const claims = { iss: provider.issuer, aud: 'pilotage', exp: 9_999_999_999, email: 'eve@example.com' };
    const forged = [head, Buffer.from(JSON.stringify(claims)).toString('base64url'), seal].join('.');
    expect((await kubectl(forged, 'get', 'pods')).stderr).to.contain('must be logged in');
  });
});
