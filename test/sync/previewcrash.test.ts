import { expect } from 'chai';
import type { KubeClient } from '../../src/kube/client/client.ts';
import { NAMESPACES, RESOURCE_QUOTAS } from '../../src/kube/kinds/resources.data.ts';
import { notFoundAsUndefined } from '../../src/kube/values/status.ts';
import { previewNamespace } from '../../src/model/previews.ts';
import { ENVIRONMENTS, PILOTAGE_NAMESPACE } from '../../src/model/types.ts';
import { createFakeCluster, type FakeCluster } from '../fakes/cluster.ts';
import { cm, createFakeRepository, createHarness, dataOf, type FakeRepository } from './harness.ts';

const FILE = `apiVersion: pilotage.dev/v1alpha1
kind: Delivery
spec:
  environments: [{name: dev, branch: main}]
  previews: {branches: ["feature/*"], from: dev}
`;
const NAMESPACE = previewNamespace('shop', 'feature-a', 'feature/a');
const WRITES = ['create', 'update', 'patch', 'apply', 'delete'];

/** A client whose daemon dies at its write number `last`, counted from 1 once it is armed: nothing is written from then on. */
function dying(client: KubeClient, last: number) {
  let written = 0;
  let isArmed = false;
  const wrap = (inner: KubeClient): KubeClient =>
    new Proxy(inner, {
      get(target, key) {
        const value = Reflect.get(target, key) as unknown;
        if (typeof value !== 'function') return value;
        if (key === 'as') return (user: Parameters<KubeClient['as']>[0]) => wrap(target.as(user));
        if (!WRITES.includes(String(key))) return value.bind(target);
        return (...args: unknown[]) => {
          if (isArmed && ++written >= last) return Promise.reject(new Error('the daemon is dead'));
          return value.apply(target, args);
        };
      },
    });
  const arm = (): void => {
    isArmed = true;
  };
  return { client: wrap(client), arm, hasDied: () => written >= last };
}

/** More than a preview takes; that the last round dies of nothing is part of the test. */
const MOST_WRITES = 60;

describe('previews of a daemon that dies', () => {
  /** What happens to a cluster and a repository while a daemon runs that dies at its write number `last`; whether it did. */
  async function until(last: number, home: FakeCluster, git: FakeRepository): Promise<boolean> {
    const { client, arm, hasDied } = dying(home.client, last);
    const h = await createHarness({ home, git, client });
    await h.settle();
    arm();
    await h.observe().catch(() => undefined);
    await h.settle(3_000);
    await h.stop();
    return hasDied();
  }

  async function everyWrite(
    before: (git: FakeRepository, home: FakeCluster) => Promise<void>,
    after: (home: FakeCluster) => Promise<void>,
  ): Promise<void> {
    for (let last = 1; last <= MOST_WRITES; last++) {
      const [home, git] = [createFakeCluster(), createFakeRepository()];
      await before(git, home);
      const died = await until(last, home, git);
      const h = await createHarness({ home, git });
      await h.observe();
      await h.settle(3_000);
      await after(home).catch((error: unknown) => {
        throw new Error(`after a death at write ${last}: ${String(error)}`);
      });
      await h.stop();
      if (!died) return void expect(last, 'deaths').to.be.greaterThan(6);
    }
    throw new Error(`it still dies at write ${MOST_WRITES}`);
  }

  const begin = async (git: FakeRepository, home: FakeCluster) => {
    const h = await createHarness({ home, git });
    await h.push({ 'pilotage.yaml': FILE, 'a.yaml': cm('a') });
    await h.stop();
    git.branches['feature/a'] = git.branches.main ?? '';
    git.commit('feature/a', { 'pilotage.yaml': FILE, 'a.yaml': cm('a', { of: 'branch' }) });
  };

  const previews = async ({ client }: FakeCluster) =>
    (await client.list(ENVIRONMENTS, { namespace: PILOTAGE_NAMESPACE })).items.filter(
      ({ spec }) => spec.preview,
    );

  it('makes a preview whole, at whichever write of its making the daemon died', async function () {
    this.timeout(30_000);
    await everyWrite(begin, async (home) => {
      const [preview, ...others] = await previews(home);
      expect(others).to.deep.equal([]);
      expect(preview?.status).to.include({ sync: 'Synced', phase: 'Idle' });
      const row = await home.client.resourceFor({ apiVersion: 'v1', kind: 'ConfigMap' });
      if (!row) throw new Error('no ConfigMap');
      expect(dataOf(await home.client.get(row, { namespace: NAMESPACE, name: 'a' }))).to.deep.equal({
        of: 'branch',
      });
      await home.client.get(RESOURCE_QUOTAS, { namespace: NAMESPACE, name: 'pilotage-preview' });
    });
  });

  it('leaves nothing of a preview, at whichever write of its end the daemon died', async function () {
    this.timeout(30_000);
    await everyWrite(
      async (git, home) => {
        await begin(git, home);
        const h = await createHarness({ home, git });
        await h.observe();
        await h.settle(1_000);
        expect(await previews(home)).to.have.length(1);
        await h.stop();
        delete git.branches['feature/a'];
      },
      async (home) => {
        expect(await previews(home)).to.deep.equal([]);
        expect(await home.client.get(NAMESPACES, { name: NAMESPACE }).catch(notFoundAsUndefined)).to.equal(
          undefined,
        );
      },
    );
  });
});
