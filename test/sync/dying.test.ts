import { expect } from 'chai';
import { statusError } from '../../src/kube/values/status.ts';
import { createFakeCluster } from '../fakes/cluster.ts';
import { cm, createFakeRepository, createHarness, dataOf } from './harness.ts';

const BEFORE = { 'k8s/a.yaml': cm('a'), 'k8s/b.yaml': cm('b'), 'k8s/c.yaml': cm('c'), 'k8s/d.yaml': cm('d') };
const AFTER = {
  'k8s/a.yaml': cm('a', { k: 'new' }),
  'k8s/c.yaml': cm('c', { k: 'new' }),
  'k8s/d.yaml': cm('d'),
  'k8s/e.yaml': cm('e'),
};
/** More than there are writes of all kinds in the delivery of `AFTER`. */
const MOST = 16;

describe('a daemon that dies within a delivery', () => {
  for (let after = 0; after < MOST; after++)
    it(`after ${after} writes: the next one leaves what git has, and an inventory of exactly that`, async () => {
      const home = createFakeCluster();
      const git = createFakeRepository();
      const first = await createHarness({ home, git });
      await first.push(BEFORE);
      let left = after;
      home.beforeWrite = async () => {
        if (left-- <= 0) throw statusError('ServiceUnavailable', 'the daemon is dead');
      };
      await first.push(AFTER).catch(() => {});
      await first.stop();
      home.beforeWrite = async () => {};
      // What was written is known as owned, however far it came.
      const owned = (await first.environment()).status?.inventory?.map(({ name }) => name) ?? [];
      if (await first.live('ConfigMap', 'e')) expect(owned).to.include('e');
      expect(owned).to.include.members(['a', 'c', 'd']);
      if (await first.live('ConfigMap', 'b')) expect(owned).to.include('b');
      const second = await createHarness({ home, git });
      try {
        await second.observe();
        await second.settle(60_000);
        const { status } = await second.environment();
        expect(status).to.include({ sync: 'Synced', phase: 'Idle', deployedRevision: git.branches.main });
        expect(status?.inventory?.map(({ name }) => name).sort()).to.deep.equal(['a', 'c', 'd', 'e']);
        for (const [name, data] of [
          ['a', 'new'],
          ['c', 'new'],
          ['d', 'v'],
          ['e', 'v'],
        ] as const)
          expect(dataOf(await second.live('ConfigMap', name))).to.deep.equal({ k: data });
        expect(await second.live('ConfigMap', 'b')).to.equal(undefined);
      } finally {
        await second.stop();
      }
    });
});
