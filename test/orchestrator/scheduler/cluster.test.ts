import { expect } from 'chai';
import { createCluster } from '../../../src/orchestrator/scheduler/cluster.ts';
import { podInfo } from '../../../src/orchestrator/scheduler/podinfo.ts';
import { clusterOf, node, pod } from './notation.ts';

const empty = () =>
  createCluster({ labelsOfNamespace: () => undefined, volumesOf: () => ({ type: 'none' }) });
const asks = { cpu: '1', 'example.com/gpu': '1' };

describe('the cluster as the scheduler keeps it', () => {
  it('is after any changes what it would be if read anew', () => {
    const changed = empty();
    const labelled = { labels: { app: 'web' }, asks, owner: 'rs' };
    // Pods may be known before their nodes.
    changed.place(podInfo(pod('early', labelled)), 'b');
    changed.setNode(node('a'));
    changed.setNode(node('b'));
    changed.place(podInfo(pod('moved', labelled)), 'a');
    changed.place(podInfo(pod('moved', labelled)), 'b');
    changed.place(podInfo(pod('gone', labelled)), 'a');
    changed.remove('default/gone');
    changed.remove('default/never');
    changed.setNode(node('b', { labels: { disk: 'ssd' } }));
    const anew = clusterOf({
      nodes: [node('a'), node('b', { labels: { disk: 'ssd' } })],
      pods: { b: [pod('early', labelled), pod('moved', labelled)] },
    });
    expect(changed.node('b')).to.deep.equal(anew.node('b'));
    expect(changed.node('b')?.requested).to.deep.equal({ cpu: 2000, 'example.com/gpu': 2 });
    const used = Object.values(changed.node('a')?.requested ?? {});
    expect(used.every((amount) => amount === 0)).to.equal(true);
    expect([...changed.ownedBy('rs')]).to.deep.equal([['b', 2]]);
    expect([...changed.alikeIn('default')].map(({ on }) => [...on])).to.deep.equal([[['b', 2]]]);
  });

  it('counts replicas as one, and apart from them what has other labels, another owner, leaves, or wants company', () => {
    const affinity = { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [] } };
    const leaving = pod('f', { labels: { app: 'web' } });
    const pods = [
      pod('a', { labels: { app: 'web' } }),
      pod('b', { labels: { app: 'web' } }),
      pod('c', { labels: { app: 'db' } }),
      pod('d', { labels: { app: 'web' }, owner: 'rs' }),
      pod('e', { labels: { app: 'web' }, spec: { affinity } }),
      { ...leaving, metadata: { ...leaving.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } },
    ];
    const cluster = clusterOf({ nodes: [node('n')], pods: { n: pods } });
    expect([...cluster.alike()].map(({ on }) => on.get('n'))).to.deep.equal([2, 1, 1, 1, 1]);
    expect([...cluster.alikeWithTerms()].map(({ pod: one }) => one.key)).to.deep.equal(['default/e']);
  });

  it('remembers the pods of a node that goes and comes back', () => {
    const cluster = clusterOf({ nodes: [node('a')], pods: { a: [pod('p', { asks }), pod('q', { asks })] } });
    cluster.removeNode('a');
    expect(cluster.nodes).to.deep.equal([]);
    cluster.remove('default/q');
    cluster.setNode(node('a'));
    expect(cluster.node('a')?.requested).to.deep.equal({ cpu: 1000, 'example.com/gpu': 1 });
  });

  it('promises a pod one node at a time, and knows the promises of each', () => {
    const cluster = clusterOf({ nodes: [node('a'), node('b')] });
    const [p, q] = [podInfo(pod('p')), podInfo(pod('q'))];
    cluster.nominate(p, 'a');
    cluster.nominate(q, 'a');
    cluster.nominate(p, 'b');
    const promised = (name: string) => cluster.nominatedTo(name).map(({ key }) => key);
    expect([promised('a'), promised('b')]).to.deep.equal([['default/q'], ['default/p']]);
    cluster.unnominate(p.uid);
    cluster.unnominate(p.uid);
    expect([cluster.nominationOf(p.uid), promised('b')]).to.deep.equal([undefined, []]);
  });
});
