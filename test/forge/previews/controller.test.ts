import { expect } from 'chai';
import { silentLogger } from '../../../src/base/log.ts';
import { createPreviewForge } from '../../../src/forge/previews/controller.ts';
import type { KubeClient } from '../../../src/kube/client/client.ts';
import {
  DELIVERIES,
  ENVIRONMENTS,
  PILOTAGE_API_VERSION,
  PILOTAGE_NAMESPACE,
} from '../../../src/model/types.ts';
import { install } from '../../../src/sync/cluster/install.ts';
import { FakeClock } from '../../fakes/clock.ts';
import { createFakeCluster } from '../../fakes/cluster.ts';
import { type FakeForge, fakeForge } from '../../fakes/forge.ts';
import { watchedIn } from '../../fakes/watched.ts';

describe('previews at a forge', () => {
  const clock = new FakeClock();
  let home: KubeClient;
  let forge: FakeForge;
  let asked = 0;
  let stopping: AbortController;
  let controller: ReturnType<typeof createPreviewForge>;
  const key = { namespace: PILOTAGE_NAMESPACE, name: 'shop' };

  const record = (previews: object) =>
    home.patch(
      DELIVERIES,
      key,
      { type: 'merge', body: { status: { previews: { queue: [], ended: [], ...previews } } } as never },
      { subresource: 'status', fieldManager: 'test' },
    );

  beforeEach(async () => {
    home = createFakeCluster().client;
    stopping = new AbortController();
    await install(home, clock, stopping.signal);
    forge = fakeForge();
    const { open } = forge.pullRequests;
    Object.assign(forge.pullRequests, {
      open() {
        asked += 1;
        return open();
      },
    });
    await home.create(DELIVERIES, {
      apiVersion: PILOTAGE_API_VERSION,
      kind: 'Delivery',
      metadata: key,
      spec: { repository: { type: 'remote', url: 'https://git.example.com/acme/shop' } },
    });
    await record({});
    await forge.pullRequests.create({ from: 'feature/login', into: 'main', title: 't', body: '' });
    controller = createPreviewForge({
      home,
      watched: watchedIn(home, clock),
      forges: async () => forge,
      clock,
      logger: silentLogger,
    });
    controller.start(stopping.signal);
    await clock.advance(1_000);
  });
  afterEach(async () => {
    stopping.abort();
    await controller.stop();
  });

  const made = async (status: object = {}) => {
    const name = 'shop.preview-feature-login';
    await home.create(ENVIRONMENTS, {
      apiVersion: PILOTAGE_API_VERSION,
      kind: 'Environment',
      metadata: { name, namespace: PILOTAGE_NAMESPACE },
      spec: {
        ...{ delivery: 'shop', environment: 'preview-feature-login', branch: 'feature/login' },
        ...{ path: '', namespace: 'n' },
        preview: {
          ...{ slug: 'feature-login', base: 'dev', secrets: [], ttlSeconds: 3600 },
          quota: { cpu: '2', memory: '2Gi', pods: 20 },
          ...{ activeAt: '2026-12-01T12:00:00Z', usedAt: '2026-12-01T12:00:00Z' },
        },
      },
    });
    await home.patch(
      ENVIRONMENTS,
      { namespace: PILOTAGE_NAMESPACE, name },
      {
        type: 'merge',
        body: {
          status: {
            ...{ sync: 'Synced', phase: 'Idle', health: 'Healthy' },
            ...{
              wantedRevision: 'abc',
              deployedRevision: 'abc',
              urls: ['http://feature-login.preview.test'],
            },
            ...status,
          },
        },
      },
      { subresource: 'status', fieldManager: 'test' },
    );
    await clock.advance(1_000);
  };

  const comment = (number = 1) => [...(forge.kept.comments.get(number)?.values() ?? [])];

  it('keeps one comment with the address on the pull request of the branch', async () => {
    await made();
    expect(comment()).to.have.length(1);
    expect(comment()[0]).to.contain('http://feature-login.preview.test').and.to.contain('healthy');
  });

  it('names the commit that it stands for, also after one that leaves the preview alone', async () => {
    await made({ observation: 1 });
    expect(comment()[0]).to.contain('of `abc`');
    const name = 'shop.preview-feature-login';
    const { uid = '' } = (await home.get(ENVIRONMENTS, { namespace: PILOTAGE_NAMESPACE, name })).metadata;
    const row = { revision: 'def', tree: 't', at: '2026-12-01T12:00:00Z', observation: 2 };
    const body = { status: { advanced: [{ ...row, environments: [uid] }] } };
    await home.patch(DELIVERIES, key, { type: 'merge', body }, { subresource: 'status' });
    await clock.advance(1_000);
    expect(comment()).to.have.length(1);
    expect(comment()[0]).to.contain('of `def`');
  });

  it('says nothing of why it failed, which may quote what only some may see', async () => {
    await made({ phase: 'Failed', message: 'password hunter2 is wrong' });
    expect(comment()[0]).to.contain('failed').and.not.to.contain('hunter2');
  });

  it('says nothing on a pull request of a fork whose branch has the same name', async () => {
    forge.set(1, { head: { branch: 'feature/login', revision: '', isFork: true } });
    await clock.advance(61_000);
    await made();
    expect(comment()).to.deep.equal([]);
  });

  it('tells who waits for a place, and that one has ended', async () => {
    await record({
      queue: [{ branch: 'feature/login', revision: 'abc', since: '2026-12-01T12:00:00Z' }],
      max: 1,
    });
    await clock.advance(1_000);
    expect(comment()[0]).to.contain('position 1 of 1');
    const ended = { branch: 'feature/login', revision: 'abc', reason: 'Expired', at: '2026-12-01T12:00:00Z' };
    await record({ ended: [ended] });
    await clock.advance(1_000);
    expect(comment()[0]).to.contain('has ended');
  });

  it('records which branches have an open pull request where previews are asked for by them', async () => {
    const open = async () => (await home.get(DELIVERIES, key)).status?.openPullRequests?.branches;
    expect(await open()).to.equal(undefined);
    await record({ pullRequests: true });
    await clock.advance(61_000);
    expect(await open()).to.deep.equal(['feature/login']);
    forge.set(1, { state: 'closed' });
    await clock.advance(61_000);
    expect(await open()).to.deep.equal([]);
  });

  it('concludes nothing from a list that failed or was cut', async () => {
    await record({ pullRequests: true });
    await clock.advance(61_000);
    forge.set(1, { state: 'closed' });
    forge.isWhole = false;
    await clock.advance(61_000);
    forge.failing = { ok: false, problem: { reason: 'ForgeAway', message: 'away' } };
    await clock.advance(300_000);
    expect((await home.get(DELIVERIES, key)).status?.openPullRequests?.branches).to.deep.equal([
      'feature/login',
    ]);
  });

  it('asks at once when the webhook of the forge says that they have changed, and believes the forge alone', async () => {
    await record({ pullRequests: true });
    await clock.advance(61_000);
    const open = async () => (await home.get(DELIVERIES, key)).status?.openPullRequests?.branches;
    expect(await open()).to.deep.equal(['feature/login']);
    controller.pullRequestsChanged('shop');
    await clock.advance(5_000);
    expect(await open()).to.deep.equal(['feature/login']);
    forge.set(1, { state: 'closed' });
    controller.pullRequestsChanged('shop');
    await clock.advance(5_000);
    expect(await open()).to.deep.equal([]);
  });

  it('is asked once in five seconds, however often it says so, and not before the time that it named', async () => {
    const hint = async (times: number) => {
      for (let at = 0; at < times; at += 1) {
        controller.pullRequestsChanged('shop');
        await clock.advance(100);
      }
    };
    await clock.advance(61_000);
    asked = 0;
    await hint(100);
    expect(asked).to.be.within(1, 3);
    const problem = { reason: 'RateLimited', message: 'too many requests' };
    forge.failing = { ok: false, problem, until: clock.now() + 600_000 };
    await clock.advance(61_000);
    asked = 0;
    await hint(100);
    expect(asked).to.equal(0);
  });

  it('asks no forge for a delivery without previews', async () => {
    await home.create(DELIVERIES, {
      apiVersion: PILOTAGE_API_VERSION,
      kind: 'Delivery',
      metadata: { ...key, name: 'other' },
      spec: { repository: { type: 'remote', url: 'https://git.example.com/acme/other' } },
    });
    await clock.advance(1_000);
    asked = 0;
    controller.pullRequestsChanged('other');
    controller.pullRequestsChanged('nobody');
    await clock.advance(6_000);
    expect(asked).to.equal(0);
  });
});
