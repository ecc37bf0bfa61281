import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { silentLogger } from '../../../src/base/log.ts';
import { openRepository } from '../../../src/git/repository.ts';
import { NAMESPACES, SECRETS } from '../../../src/kube/kinds/resources.data.ts';
import { DELIVERIES, type Delivery, PILOTAGE_NAMESPACE } from '../../../src/model/types.ts';
import { connect } from '../../../src/sync/intake/connect.ts';
import { createRemotes } from '../../../src/sync/intake/remotes.ts';
import { FakeClock } from '../../fakes/clock.ts';
import { createFakeCluster } from '../../fakes/cluster.ts';
import { commit } from '../../git/support/history.ts';
import { startHost, type TestHost, TOKEN } from '../../git/support/host.ts';

const encoded = (text: string): string => Buffer.from(text).toString('base64');

describe('sync: repositories elsewhere', () => {
  let dir: string;
  let served: TestHost;
  let tip: string;
  const { client: home } = createFakeCluster();
  const key = { namespace: PILOTAGE_NAMESPACE, name: 'shop' };
  const shop = (): Promise<Delivery> => home.get(DELIVERIES, key);

  before(async () => {
    await home.create(NAMESPACES, {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: PILOTAGE_NAMESPACE },
    });
    dir = mkdtempSync(join(tmpdir(), 'pilotage-remotes-'));
    served = await startHost(join(dir, 'root'));
    const repository = await openRepository(join(dir, 'root', 'shop.git'), { create: true });
    tip = await commit(repository, { 'a.yaml': 'a: 1\n' });
    await repository.moveBranch('main', tip, null);
    repository.close();
  });
  after(async () => {
    await served.stop();
    rmSync(dir, { recursive: true, force: true });
  });

  /** The address as a browser would copy it, with a password in it. */
  const addressWith = (password: string): string => {
    const address = new URL(`${served.url}/shop.git`);
    address.username = 'ada';
    address.password = password;
    return address.href;
  };

  it('keeps credentials that came in an address in a Secret, and shows them nowhere', async () => {
    const { message } = await connect(home, { name: 'shop', url: addressWith('wrong') });
    const secret = await home.get(SECRETS, { ...key, name: 'delivery-shop' });
    expect(secret.data).to.deep.equal({ username: encoded('ada'), password: encoded('wrong') });
    expect(message).to.not.contain('wrong');
    const { repository } = (await shop()).spec;
    expect(JSON.stringify(repository)).to.not.contain('wrong').and.not.contain('ada');
  });

  it('says what is missing, and takes credentials in at the next question', async () => {
    const clock = new FakeClock();
    const lifetime = new AbortController();
    const seen: Readonly<Record<string, string>>[] = [];
    const remotes = createRemotes({
      home,
      root: join(dir, 'mirrors'),
      ground: { path: process.env.PATH ?? '', sshDir: join(dir, 'ssh') },
      clock,
      logger: silentLogger,
      random: () => 0.5,
    });
    await home.delete(SECRETS, { ...key, name: 'delivery-shop' });
    await remotes.start(lifetime.signal, async (_name, branches) => void seen.push(branches));
    await remotes.poke('shop');
    expect((await shop()).status?.message)
      .to.contain('delivery-shop')
      .and.contain('does not exist');

    await home.create(SECRETS, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { ...key, name: 'delivery-shop' },
      data: { username: encoded('ada'), password: encoded(TOKEN) },
    });
    await remotes.poke('shop');
    expect(seen).to.deep.equal([{ main: tip }]);
    expect((await shop()).status?.message).to.equal('');
    lifetime.abort();
  });
});
