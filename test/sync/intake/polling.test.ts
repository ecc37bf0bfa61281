import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { silentLogger } from '../../../src/base/log.ts';
import { type OpenRepository, openRepository } from '../../../src/git/repository.ts';
import type { KubeClient } from '../../../src/kube/client/client.ts';
import { SECRETS } from '../../../src/kube/kinds/resources.data.ts';
import {
  DELIVERIES,
  type Delivery,
  PILOTAGE_API_VERSION,
  PILOTAGE_NAMESPACE,
} from '../../../src/model/types.ts';
import { install } from '../../../src/sync/cluster/install.ts';
import { connect } from '../../../src/sync/intake/connect.ts';
import { createRemotes, pushToRemote, type Remotes } from '../../../src/sync/intake/remotes.ts';
import { FakeClock } from '../../fakes/clock.ts';
import { until } from '../../fakes/until.ts';
import { drop, scratch } from '../../git/support/git.ts';
import { commit } from '../../git/support/history.ts';
import { startTestApi, type TestApi } from '../../orchestrator/api/harness.ts';

type Seen = { readonly branches: Readonly<Record<string, string>>; readonly head: string | undefined };

describe('remote repositories', () => {
  let api: TestApi<FakeClock>;
  let home: KubeClient;
  let dir: string;
  let upstream: OpenRepository;
  let remotes: Remotes;
  let seen: Seen[];
  let stopping: AbortController;
  /** Fails the recording of branches while it is set. */
  let refuses: boolean;
  const clock = new FakeClock();

  before(async () => {
    api = await startTestApi({ clock });
    home = api.client();
    await install(home, clock, new AbortController().signal);
  });
  after(() => api.dispose());
  beforeEach(async () => {
    dir = scratch();
    upstream = await openRepository(join(dir, 'upstream.git'), { create: true });
    [seen, refuses, stopping] = [[], false, new AbortController()];
    remotes = createRemotes({
      home,
      root: join(dir, 'mirrors'),
      ground: { path: process.env.PATH ?? '', sshDir: join(dir, 'ssh') },
      clock,
      logger: silentLogger,
      random: () => 0.5,
    });
    mkdirSync(join(dir, 'mirrors'));
    await remotes.start(stopping.signal, async (_, branches, head) => {
      if (refuses) throw new Error('the store is full');
      seen.push({ branches, head });
    });
  });
  afterEach(async () => {
    stopping.abort();
    await home.delete(DELIVERIES, { namespace: PILOTAGE_NAMESPACE, name: 'shop' }).catch(() => {});
    upstream.close();
    drop(dir);
  });

  async function push(branch: string, text: string): Promise<string> {
    const before = (await upstream.branches())[branch] ?? null;
    const oid = await commit(upstream, { 'a.yaml': text }, before ? [before] : []);
    await upstream.moveBranch(branch, oid, before);
    return oid;
  }
  const follow = (url = upstream.dir) => connect(home, { name: 'shop', url });
  const message = async () =>
    (await home.get(DELIVERIES, { namespace: PILOTAGE_NAMESPACE, name: 'shop' })).status?.message ?? '';
  const tellsOf = (text: string | RegExp) => until(async () => (await message()).search(text) >= 0);
  /** Moves time on by one turn of asking, and lets it happen. */
  async function nextTurn(): Promise<void> {
    await clock.advance(15_000);
    await remotes.poke('shop');
  }

  it('are asked at once, and their branches handed on with the commits in the mirror', async () => {
    const oid = await push('main', 'one');
    await follow();
    await until(() => seen.length === 1);
    expect(seen[0]).to.deep.equal({ branches: { main: oid }, head: 'main' });
    expect(await (await remotes.repository('shop'))?.resolve('main')).to.equal(oid);
  });

  it('are asked again and again, and handed on only when something moved', async () => {
    await push('main', 'one');
    await follow();
    await until(() => seen.length === 1);
    await nextTurn();
    expect(seen).to.have.length(1);
    const oid = await push('prod', 'two');
    await nextTurn();
    expect(seen[1]?.branches).to.include({ prod: oid });
  });

  it('of which a webhook was missed cost one poll', async () => {
    await push('main', 'one');
    await follow();
    await until(() => seen.length === 1);
    const told = await push('main', 'two');
    await remotes.poke('shop');
    expect(seen[1]?.branches).to.deep.equal({ main: told });
    const untold = await push('main', 'three');
    // The interval and the tenth of it that is left to chance.
    await clock.advance(16_500);
    await until(() => seen.length === 3);
    expect(seen[2]?.branches).to.deep.equal({ main: untold });
  });

  it('that cannot be reached are named, change nothing, and are forgiven when they are back', async () => {
    await push('main', 'one');
    await follow();
    await until(() => seen.length === 1);
    renameSync(upstream.dir, `${upstream.dir}.away`);
    await nextTurn();
    expect(await message()).to.match(/cannot be read; what is deployed stays.*upstream\.git does not exist/s);
    renameSync(`${upstream.dir}.away`, upstream.dir);
    await nextTurn();
    expect(await message()).to.equal('');
    expect(seen).to.have.length(1);
  });

  it('whose branches could not be recorded are handed on again', async () => {
    refuses = true;
    await push('main', 'one');
    await follow();
    await until(async () => (await remotes.repository('shop'))?.resolve('main').then(Boolean) ?? false);
    refuses = false;
    await nextTurn();
    expect(seen).to.have.length(1);
  });

  it('whose mirror cannot be made say so, and go on once it can', async () => {
    await push('main', 'one');
    const mirrors = join(dir, 'mirrors');
    renameSync(mirrors, `${mirrors}.away`);
    writeFileSync(mirrors, 'in the way');
    await follow();
    await tellsOf('cannot be read');
    renameSync(mirrors, `${mirrors}.file`);
    renameSync(`${mirrors}.away`, mirrors);
    await nextTurn();
    expect(seen).to.have.length(1);
  });

  it('whose Secret is missing say so, and go on once it is there', async () => {
    await push('main', 'one');
    await follow();
    const key = { namespace: PILOTAGE_NAMESPACE, name: 'shop' };
    const body = { spec: { repository: { secretRef: { name: 'delivery-shop' } } } };
    await home.patch(DELIVERIES, key, { type: 'merge', body });
    await tellsOf('Secret pilotage/delivery-shop');
    await connect(home, { name: 'shop', token: 'secret' });
    await nextTurn();
    expect(await message()).to.equal('');
    await home.delete(SECRETS, { namespace: PILOTAGE_NAMESPACE, name: 'delivery-shop' });
  });

  it('of an unknown kind of address are refused with what would work', async () => {
    // As kubectl writes it: `connect` would not take it.
    const repository = { type: 'remote', url: 'svn://example.com/shop' } as const;
    await home.create<Delivery>(
      DELIVERIES,
      {
        apiVersion: PILOTAGE_API_VERSION,
        kind: 'Delivery',
        metadata: { name: 'shop', namespace: PILOTAGE_NAMESPACE },
        spec: { repository },
      },
      { fieldManager: 'kubectl' },
    );
    await tellsOf(/not the address of a git repository.*use https/s);
  });

  it('are left when the delivery goes elsewhere or goes away', async () => {
    await push('main', 'one');
    await follow();
    await until(() => seen.length === 1);
    await home.delete(DELIVERIES, { namespace: PILOTAGE_NAMESPACE, name: 'shop' });
    await until(async () => (await remotes.remote('shop')) === undefined);
    expect(await remotes.repository('shop')).to.equal(undefined);
  });

  it('take a promotion where they are, and the mirror follows', async () => {
    const main = await push('main', 'one');
    await follow();
    await until(() => seen.length === 1);
    expect(await pushToRemote(remotes, 'shop', 'prod', main, null)).to.equal('pushed');
    expect(await upstream.branches()).to.include({ prod: main });
    expect(seen[1]?.branches).to.include({ prod: main });
  });

  it('refuse a promotion when their branch has moved meanwhile', async () => {
    await push('main', 'one');
    const prod = await push('prod', 'hotfix');
    await follow();
    await until(() => seen.length === 1);
    const main = (await upstream.branches()).main ?? '';
    expect(await pushToRemote(remotes, 'shop', 'prod', main, null)).to.equal('rejected');
    expect(await upstream.branches()).to.include({ prod });
  });
});
