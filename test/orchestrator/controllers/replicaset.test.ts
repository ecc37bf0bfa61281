import { expect } from 'chai';
import type { Pod } from '../../../src/kube/kinds/objects.data.ts';
import { podsToDelete } from '../../../src/orchestrator/controllers/replicaset/ranking.ts';
import { slowStart } from '../../../src/orchestrator/controllers/slowstart.ts';
import { NOW, type PodFacts, pod } from './notation.ts';

describe('replica set', () => {
  const first = (...pods: Pod[]): string | undefined => podsToDelete(pods, pods, 1, NOW)[0]?.metadata.name;
  const rows: readonly [string, PodFacts, PodFacts][] = [
    ['without a node before with one', { node: '' }, {}],
    ['pending before running', { phase: 'Pending' }, { phase: 'Running' }],
    ['not ready before ready', {}, { ready: 10 }],
    ['cheap before dear', { ready: 1000, cost: -5 }, { ready: 10, cost: 3 }],
    ['ready for a short time before ready for long', { ready: 10 }, { ready: 1000 }],
    ['often restarted before seldom', { ready: 100, restarts: 4 }, { ready: 100, restarts: 1 }],
    ['new before old', { created: 10 }, { created: 100_000 }],
  ];
  for (const [rule, goes, stays] of rows) {
    it(`deletes ${rule}`, () => {
      expect(first(pod('stays', stays), pod('goes', goes))).to.equal('goes');
      expect(first(pod('goes', goes), pod('stays', stays))).to.equal('goes');
    });
  }

  it('deletes where replicas are doubled up before where one is alone', () => {
    const pods = [
      pod('a', { node: 'n1', ready: 1 }),
      pod('b', { node: 'n2', ready: 1000 }),
      pod('c', { node: 'n2', ready: 1000 }),
    ];
    expect(first(...pods)).to.not.equal('a');
  });

  it('creates in batches of 1, 2, 4 … and stops after the batch in which one fails', async () => {
    const count = async (n: number, isBroken: (i: number) => boolean) => {
      let calls = 0;
      const error = await slowStart(n, async () => {
        if (isBroken(++calls)) throw new Error('quota');
      });
      return { calls, failed: error !== undefined };
    };
    expect(await count(100, () => false)).to.deep.equal({ calls: 100, failed: false });
    expect(await count(100, () => true)).to.deep.equal({ calls: 1, failed: true });
    expect(await count(100, (i) => i === 5)).to.deep.equal({ calls: 7, failed: true });
    expect(await count(0, () => true)).to.deep.equal({ calls: 0, failed: false });
  });
});
