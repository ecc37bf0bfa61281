import { generateKeyPairSync } from 'node:crypto';
import { expect } from 'chai';
import { createForges } from '../../src/forge/delivered.ts';
import type { ForgeOf } from '../../src/forge/forge.ts';
import type { KubeClient } from '../../src/kube/client/client.ts';
import { SECRETS } from '../../src/kube/kinds/resources.data.ts';
import { DELIVERIES, PILOTAGE_NAMESPACE } from '../../src/model/types.ts';
import { install } from '../../src/sync/cluster/install.ts';
import { connect } from '../../src/sync/intake/connect.ts';
import { answer, type FakeWeb, fakeWeb } from '../fakes/chartservers.ts';
import type { FakeClock } from '../fakes/clock.ts';
import { startTestApi, type TestApi } from '../orchestrator/api/harness.ts';

describe('the forge of a delivery', () => {
  let api: TestApi<FakeClock>;
  let home: KubeClient;
  let web: FakeWeb;
  let forges: ForgeOf;
  beforeEach(async () => {
    api = await startTestApi();
    home = api.client();
    await install(home, api.clock, new AbortController().signal);
    web = fakeWeb();
    forges = createForges({ home, ask: web.ask, clock: api.clock });
  });
  afterEach(() => api.dispose());
  const problemOf = (work: Promise<unknown>): Promise<string> =>
    work.then(
      () => 'no problem',
      ({ message }) => message,
    );

  it('is known by github.com, and asked with the token of git where nothing else was given', async () => {
    await connect(home, { name: 'shop', url: 'https://github.com/acme/shop.git', token: 'ghp_1' });
    web.answers['GET https://api.github.com/repos/acme/shop'] = answer(200, '{"permissions":{"push":true}}');
    const forge = await forges('shop');
    expect(forge?.at).to.equal('github.com/acme/shop');
    expect(await forge?.rights()).to.deep.equal({ ok: true, value: { push: true } });
    expect(web.asked[0]?.headers?.authorization).to.equal('Bearer ghp_1');
  });

  it('is what an administrator named, with a token of its own', async () => {
    const forge = 'gitea=https://git.example.com/';
    await connect(home, { name: 'shop', url: 'https://git.example.com:3000/acme/shop' });
    await connect(home, { name: 'shop', forge, forgeToken: 'gta_1' });
    const found = await forges('shop');
    await found?.rights();
    expect(web.asked[0]).to.deep.include({ url: 'https://git.example.com/api/v1/repos/acme/shop' });
    expect(web.asked[0]?.headers?.authorization).to.equal('token gta_1');
  });

  it('is none for a repository that is hosted here, for a host that nobody named, and without a token', async () => {
    await connect(home, { name: 'here' });
    await connect(home, { name: 'unnamed', url: 'https://git.example.com/acme/shop', token: 't' });
    await connect(home, { name: 'bare', url: 'https://github.com/acme/shop' });
    expect(await Promise.all(['here', 'unnamed', 'bare', 'nobody'].map(forges))).to.deep.equal(
      Array(4).fill(undefined),
    );
  });

  it('does not show the password of git to a forge at another address', async () => {
    const url = 'https://git.example.com/acme/shop';
    await connect(home, { name: 'shop', url, token: 't', forge: 'gitea=https://evil.example.com' });
    expect(await forges('shop')).to.equal(undefined);
  });

  it('does not show a token to another forge than the one that it was given for', async () => {
    const url = 'https://git.example.com/acme/shop';
    await connect(home, {
      name: 'shop',
      url,
      forge: 'gitea=https://git.example.com',
      forgeToken: 't',
    });
    await connect(home, { name: 'shop', forge: 'gitea=https://evil.example.com' });
    expect(await forges('shop')).to.equal(undefined);
    // Whoever writes the Delivery in another way gets no further.
    const key = { namespace: PILOTAGE_NAMESPACE, name: 'shop' };
    const body = { spec: { forge: { secretRef: { name: 'forge-shop' } } } };
    await home.patch(DELIVERIES, key, { type: 'merge', body });
    const found = await (await forges('shop'))?.rights();
    expect(found?.ok ? '' : found?.problem.message).to.equal(
      'The token of shop was given for https://git.example.com, not for https://evil.example.com',
    );
    expect(web.asked).to.deep.equal([]);
  });

  it('is asked as an app where one was given after a token, which may be left beside it', async () => {
    const forge = 'github=https://github.com';
    await connect(home, { name: 'shop', url: 'https://github.com/a/b', forge, forgeToken: 'ghp_1' });
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const githubAppKey = privateKey.export({ type: 'pkcs1', format: 'pem' }).toString();
    await connect(home, { name: 'shop', githubApp: '1:2', githubAppKey });
    const key = { namespace: PILOTAGE_NAMESPACE, name: 'forge-shop' };
    await home.patch(SECRETS, key, { type: 'merge', body: { stringData: { token: 'ghp_1' } } });
    await (await forges('shop'))?.rights();
    expect(web.asked[0]?.url).to.equal('https://api.github.com/app/installations/2/access_tokens');
    expect(JSON.stringify(web.asked)).not.to.contain('ghp_1');
  });

  it('is taken back by none', async () => {
    const url = 'https://git.example.com/acme/shop';
    await connect(home, {
      name: 'shop',
      url,
      forge: 'gitea=https://git.example.com',
      forgeToken: 't',
    });
    expect(await forges('shop')).not.to.equal(undefined);
    await connect(home, { name: 'shop', forge: 'none' });
    expect(await forges('shop')).to.equal(undefined);
  });

  it('says what cannot name a forge, and quotes no password', async () => {
    const named = (forge: string) => problemOf(connect(home, { name: 'shop', forge }));
    expect(await named('gitea')).to.contain('"gitea" does not say which forge there is');
    expect(await named('svn=https://git.example.com')).to.contain('does not say which forge');
    expect(await named('bitbucket=https://bitbucket.org')).to.equal(
      'Pull requests and statuses of Bitbucket are not supported; its repositories and webhooks are.',
    );
    expect(await named('gitea=https://ada:hunter2@git.example.com')).not.to.contain('hunter2');
    expect(await problemOf(connect(home, { name: 'shop', forgeToken: 't' }))).to.contain(
      'not known which forge',
    );
    const half = connect(home, { name: 'shop', url: 'https://github.com/a/b', githubApp: '1:2' });
    expect(await problemOf(half)).to.contain('its private key');
  });
});
