import { expect } from 'chai';
import { strategyOf } from '../../../src/kube/kinds/podspec/schedulers.ts';
import { node, placed, pod } from './notation.ts';

describe('the strategies of the scheduler', () => {
  const nodes = [node('a'), node('b'), node('c')];
  const pods = {
    a: [pod('q', { asks: { cpu: '1', memory: '1Gi' }, owner: 'rs' })],
    b: [pod('r', { asks: { cpu: '2', memory: '1Gi' }, owner: 'other' })],
  };
  const one = pod('p', { asks: { cpu: '1', memory: '1Gi' }, owner: 'rs' });

  it('spread pods, pack them, or send them anywhere', () => {
    expect(placed(one, { nodes, pods })).to.equal('c');
    expect(placed(one, { nodes, pods, strategy: 'binpack' })).to.equal('b');
    const drawn = Array.from({ length: 30 }, (_, i) => placed(pod(`p${i}`), { nodes, strategy: 'random' }));
    expect([...new Set(drawn)].sort()).to.deep.equal(['a', 'b', 'c']);
    // What has been decided can be repeated.
    expect(
      Array.from({ length: 30 }, (_, i) => placed(pod(`p${i}`), { nodes, strategy: 'random' })),
    ).to.deep.equal(drawn);
  });

  it('take the first by name of nodes that are equally good', () => {
    expect(placed(one, { nodes: [node('z'), node('b'), node('a')] })).to.equal('a');
  });

  it('fill a node before the next one, where pods are packed', () => {
    const filled = Array.from({ length: 3 }, (_, i) => pod(`q${i}`, { asks: { cpu: '1', memory: '1Gi' } }));
    expect(placed(one, { nodes, pods: { c: filled }, strategy: 'binpack' })).to.equal('c');
    const full = [...filled, pod('last', { asks: { cpu: '500m' } })];
    expect(placed(one, { nodes, pods: { c: full }, strategy: 'binpack' })).to.equal('a');
  });

  it('leave what the pod prefers itself above all', () => {
    const preference = {
      matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: ['a'] }],
    };
    const nodeAffinity = { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, preference }] };
    const choosy = pod('p', { asks: { cpu: '1', memory: '1Gi' }, spec: { affinity: { nodeAffinity } } });
    for (const strategy of ['spread', 'binpack', 'random'] as const)
      expect(placed(choosy, { nodes, pods, strategy }), strategy).to.equal('a');
  });

  it('are what default-scheduler is set to, and have a name each by which a pod can choose', () => {
    const table: readonly (readonly [string, string | undefined])[] = [
      ['default-scheduler', 'random'],
      ['pilotage-spread', 'spread'],
      ['pilotage-binpack', 'binpack'],
      ['pilotage-random', 'random'],
      ['pilotage-', undefined],
      ['my-scheduler', undefined],
    ];
    for (const [name, strategy] of table) expect(strategyOf(name, 'random'), name).to.equal(strategy);
  });
});
