import { expect } from 'chai';
import type { Node, Toleration } from '../../../src/kube/kinds/objects.data.ts';
import { decideNode, evictionInMs } from '../../../src/orchestrator/controllers/node/health.ts';
import { createSightings } from '../../../src/orchestrator/controllers/node/sightings.ts';
import { ago, NOW, pod } from './notation.ts';

describe('node life cycle', () => {
  const node = (status: 'True' | 'False' | 'Unknown', spec: object = {}): Node => ({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: 'n1' },
    spec,
    status: { conditions: [{ type: 'Ready', status, lastTransitionTime: ago(100) }] },
  });
  const keys = (taints: readonly { key: string; effect: string }[] | undefined) =>
    taints?.map(({ key, effect }) => `${key.split('/')[1]}:${effect}`);

  it('lets a node be that was heard of within the grace period', () => {
    const { conditions, taints, afterMs } = decideNode(node('True'), { mark: '', seenAt: NOW - 20_000 }, NOW);
    expect([conditions, taints, afterMs]).to.deep.equal([undefined, undefined, 30_000]);
  });

  it('calls a silent node Unknown and taints it unreachable', () => {
    const { conditions, taints } = decideNode(node('True'), { mark: '', seenAt: NOW - 50_000 }, NOW);
    expect(conditions?.[0]).to.include({ type: 'Ready', status: 'Unknown', reason: 'NodeStatusUnknown' });
    expect(keys(taints)).to.deep.equal(['unreachable:NoSchedule', 'unreachable:NoExecute']);
  });

  it('says of what a node never reported that it never did, after a minute, and once', () => {
    const silent = { ...node('True'), status: {} };
    const silentFor = (ms: number, one: Node = silent) =>
      decideNode(one, { mark: '', seenAt: NOW - ms }, NOW);
    expect(silentFor(59_000)).to.include({ conditions: undefined, afterMs: 1000 });
    const { conditions = [] } = silentFor(60_000);
    expect(conditions.map(({ type, status, reason }) => [type, status, reason])).to.deep.equal(
      ['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure'].map((type) => [
        type,
        'Unknown',
        'NodeStatusNeverUpdated',
      ]),
    );
    expect(silentFor(60_000, { ...silent, status: { conditions: [...conditions] } }).conditions).to.equal(
      undefined,
    );
  });

  it('leaves the conditions of others on a silent node as they are', () => {
    const conditions = [{ type: 'example.com/Cooled', status: 'True' as const }];
    const { conditions: changed = [] } = decideNode(
      { ...node('True'), status: { conditions } },
      { mark: '', seenAt: NOW - 60_000 },
      NOW,
    );
    expect(changed[0]).to.deep.equal(conditions[0]);
  });

  it('taints a node that says it is not ready, and takes our taints off again, not those of others', () => {
    const heard = { mark: '', seenAt: NOW };
    expect(keys(decideNode(node('False'), heard, NOW).taints)).to.deep.equal([
      'not-ready:NoSchedule',
      'not-ready:NoExecute',
    ]);
    const taints = [
      { key: 'node.kubernetes.io/unreachable', effect: 'NoExecute' },
      { key: 'example.com/gpu', effect: 'NoSchedule' },
    ];
    expect(keys(decideNode(node('True', { taints }), heard, NOW).taints)).to.deep.equal(['gpu:NoSchedule']);
  });

  it('leaves the taint of a new node that has not said yet how it is', () => {
    const taints = [{ key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' }];
    const created = { ...node('True', { taints }), status: {} };
    expect(decideNode(created, { mark: '', seenAt: NOW }, NOW).taints).to.equal(undefined);
  });

  it('evicts a pod after its toleration, at once where it has none, never where it tolerates for ever', () => {
    const taint = {
      key: 'node.kubernetes.io/unreachable',
      effect: 'NoExecute' as const,
      timeAdded: ago(100),
    };
    const seenAt = createSightings().see('n1', [taint], NOW);
    const wait = (tolerations: readonly Toleration[], startTime = ago(1000)) =>
      evictionInMs(
        { ...pod('p'), spec: { containers: [], tolerations }, status: { startTime } },
        [taint],
        seenAt,
        NOW,
      );
    const forAWhile = [{ key: taint.key, operator: 'Exists' as const, tolerationSeconds: 300 }];
    expect(wait([])).to.equal(0);
    expect(wait(forAWhile)).to.equal(200_000);
    expect(wait([{ operator: 'Exists' }])).to.equal(undefined);
    // It came when the taint was there already.
    expect(wait(forAWhile, ago(10))).to.equal(290_000);
  });

  it('counts the time of a taint that does not say since when it is there from when it was seen', () => {
    const sightings = createSightings();
    const taint = { key: 'example.com/repair', value: 'disk', effect: 'NoExecute' as const };
    const tolerations = [{ key: taint.key, operator: 'Exists' as const, tolerationSeconds: 60 }];
    const one = { ...pod('p'), spec: { containers: [], tolerations } };
    const waitAt = (now: number, taints = [taint]) =>
      evictionInMs(one, taints, sightings.see('n1', taints, now), now);
    expect(waitAt(NOW)).to.equal(60_000);
    expect(waitAt(NOW + 45_000)).to.equal(15_000);
    expect(waitAt(NOW + 60_000)).to.equal(0);
    // Taken off, and put there again.
    expect(waitAt(NOW + 61_000, [])).to.equal(undefined);
    expect(waitAt(NOW + 62_000)).to.equal(60_000);
  });
});
