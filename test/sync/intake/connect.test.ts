import { expect } from 'chai';
import { problemOf } from '../../../src/base/errors.ts';
import type { KubeClient } from '../../../src/kube/client/client.ts';
import { SECRETS } from '../../../src/kube/kinds/resources.data.ts';
import { DELIVERIES, PILOTAGE_NAMESPACE } from '../../../src/model/types.ts';
import { install } from '../../../src/sync/cluster/install.ts';
import { basePolicy } from '../../../src/sync/intake/basepolicy.ts';
import { chartAccess } from '../../../src/sync/intake/chartpolicy.ts';
import { connect } from '../../../src/sync/intake/connect.ts';
import { allowedRegistries } from '../../../src/sync/source/registries.ts';
import type { FakeClock } from '../../fakes/clock.ts';
import { startTestApi, type TestApi } from '../../orchestrator/api/harness.ts';

describe('connecting a delivery', () => {
  let api: TestApi<FakeClock>;
  let home: KubeClient;
  beforeEach(async () => {
    api = await startTestApi();
    home = api.client();
    await install(home, api.clock, new AbortController().signal);
  });
  afterEach(() => api.dispose());
  const spec = async () => (await home.get(DELIVERIES, { namespace: PILOTAGE_NAMESPACE, name: 'shop' })).spec;
  const secret = async () => {
    const { data = {} } = await home.get(SECRETS, { namespace: PILOTAGE_NAMESPACE, name: 'delivery-shop' });
    return Object.fromEntries(
      Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]),
    );
  };
  const url = 'https://git.example.com/shop.git';

  it('without an address lets it wait for a push', async () => {
    expect((await connect(home, { name: 'shop' })).message).to.equal(
      'Delivery shop waits for its first push.',
    );
    expect((await spec()).repository).to.deep.equal({ type: 'hosted' });
  });

  it('keeps the token in a Secret, not where everybody may read it', async () => {
    await connect(home, { name: 'shop', url, token: 'hush', username: 'bot' });
    expect(await secret()).to.deep.equal({ username: 'bot', password: 'hush' });
    expect((await spec()).repository).to.deep.equal({
      type: 'remote',
      url,
      secretRef: { name: 'delivery-shop' },
    });
  });

  it('takes a token out of an address that carries one', async () => {
    const { message } = await connect(home, {
      name: 'shop',
      url: 'https://bot:hu%40sh@git.example.com/shop.git',
    });
    expect(await secret()).to.deep.equal({ username: 'bot', password: 'hu@sh' });
    expect(message).to.equal(`Delivery shop follows ${url}.`);
  });

  it('changes only what is named', async () => {
    await connect(home, { name: 'shop', url, token: 'hush', allowClusters: ['prod'] });
    await connect(home, { name: 'shop', pollSeconds: 5 });
    expect(await spec()).to.deep.equal({
      repository: { type: 'remote', url, secretRef: { name: 'delivery-shop' }, pollSeconds: 5 },
      clusters: ['prod'],
    });
  });

  it('does not show the token of one server to another', async () => {
    await connect(home, { name: 'shop', url, token: 'hush' });
    await connect(home, { name: 'shop', url: 'https://elsewhere.example.com/shop.git' });
    expect((await spec()).repository).not.to.have.property('secretRef');
  });

  it('that is refused changes nothing: a token for another server is not shown to the one of before', async () => {
    await connect(home, { name: 'shop', url, token: 'hush', username: 'bot' });
    const before = await spec();
    const elsewhere = { name: 'shop', url: 'https://elsewhere.example.com/shop.git', token: 'new' };
    const refused = [
      { allowHealth: ['bad'] },
      { allowNamespaces: ['kube-system'] },
      { previews: 1000 },
      { forge: 'svn=https://elsewhere.example.com' },
      { prometheus: 'elsewhere' },
      { signers: 'nobody' },
    ];
    for (const words of refused) {
      const outcome = connect(home, { ...elsewhere, ...words }).then(
        () => 'taken',
        () => 'refused',
      );
      expect(await outcome, Object.keys(words).join()).to.equal('refused');
      expect(await secret()).to.deep.equal({ username: 'bot', password: 'hush' });
      expect(await spec()).to.deep.equal(before);
    }
    const { items } = await home.list(SECRETS, { namespace: PILOTAGE_NAMESPACE });
    expect(items.map(({ metadata }) => metadata.name)).to.deep.equal(['delivery-shop']);
  });

  it('keeps the token when only the path changes', async () => {
    await connect(home, { name: 'shop', url, token: 'hush' });
    await connect(home, { name: 'shop', url: 'https://git.example.com/shop2.git' });
    expect((await spec()).repository).to.have.property('secretRef');
  });

  it('lets builds reach a registry on a word, and no more on another; a word that names none is refused', async () => {
    await connect(home, { name: 'shop', allowRegistries: ['npm.example.com:4873', 'files.example.com'] });
    await connect(home, { name: 'shop', forbidRegistries: ['files.example.com'] });
    expect(await allowedRegistries(home, 'shop')).to.deep.equal(['npm.example.com:4873']);
    expect(await allowedRegistries(home, 'unknown')).to.deep.equal([]);
    const refused = await connect(home, {
      name: 'shop',
      allowRegistries: ['https://npm.example.com/'],
    }).catch(problemOf);
    expect(refused).to.have.property('remedy').that.includes('HOST:PORT');
  });

  it('lets kustomizations have bases at a host on a word, and with the credentials of its own repository there alone', async () => {
    await connect(home, { name: 'shop', url, token: 'hush', allowBases: ['github.com', 'x.example.com'] });
    await connect(home, { name: 'shop', forbidBases: ['x.example.com'] });
    const own = { url, credentials: { user: 'git', password: 'hush' } };
    expect(await basePolicy(home, 'shop')).to.deep.equal({ hosts: ['github.com'], own });
    expect(await basePolicy(home, 'unknown')).to.deep.equal({ hosts: [] });
    const refused = await connect(home, { name: 'shop', allowBases: ['https://a/'] }).catch(problemOf);
    expect(refused).to.have.property('message').that.includes('is not where a repository is');
  });

  it('lets charts come from a host on a word, with the passwords of a Secret for that delivery', async () => {
    await connect(home, { name: 'shop', allowCharts: ['c.example.com', 'x.example.com'] });
    await connect(home, { name: 'shop', forbidCharts: ['x.example.com'] });
    expect(await chartAccess(home, 'shop')).to.deep.equal({ hosts: ['c.example.com'] });
    const metadata = { namespace: PILOTAGE_NAMESPACE, name: 'charts-shop' };
    const data = { '.dockerconfigjson': Buffer.from('{"auths": {}}').toString('base64') };
    await home.create(SECRETS, { apiVersion: 'v1', kind: 'Secret', metadata, data });
    expect(await chartAccess(home, 'shop')).to.deep.equal({
      hosts: ['c.example.com'],
      logins: '{"auths": {}}',
    });
    expect(await chartAccess(home, 'unknown')).to.deep.equal({ hosts: [] });
  });

  it('says at once of an address that it cannot be reached', async () => {
    for (const url of ['svn://github.com/a/b', 'b.git'])
      await connect(home, { name: 'shop', url }).then(
        () => expect.fail(`${url} was taken`),
        (error: unknown) => expect(problemOf(error).reason).to.equal('UnsupportedTransport'),
      );
    expect((await home.list(DELIVERIES)).items).to.deep.equal([]);
  });

  it('refuses a token for what is hosted here, and a name that is no name', async () => {
    const refused = (request: Parameters<typeof connect>[1]) =>
      connect(home, request).then(
        () => 'not refused',
        (error: { problem: { reason: string } }) => error.problem.reason,
      );
    expect(await refused({ name: 'shop', token: 'hush' })).to.equal('BadRequest');
    for (const name of ['', 'Shop', '-a', 'a/b', '../x', 'a'.repeat(41)])
      expect(await refused({ name }), name).to.equal('BadRequest');
  });
});
