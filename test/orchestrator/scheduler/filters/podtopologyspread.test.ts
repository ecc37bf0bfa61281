import { expect } from 'chai';
import type { Pod } from '../../../../src/kube/kinds/objects.data.ts';
import { inZone, node, placed, pod, ZONE } from '../notation.ts';

const web = { app: 'web' };
const spread = (more: object = {}) => ({
  maxSkew: 1,
  topologyKey: ZONE,
  whenUnsatisfiable: 'DoNotSchedule',
  labelSelector: { matchLabels: web },
  ...more,
});
const constrained = (...topologySpreadConstraints: readonly object[]) =>
  pod('p', { labels: web, spec: { topologySpreadConstraints } });
const webs = (count: number, prefix: string, more: Partial<Pod['metadata']> = {}): readonly Pod[] =>
  Array.from({ length: count }, (_, i) => {
    const one = pod(`${prefix}${i}`, { labels: web });
    return { ...one, metadata: { ...one.metadata, ...more } };
  });
const nodes = [
  node('a', { labels: inZone('1') }),
  node('b', { labels: inZone('1') }),
  node('c', { labels: inZone('2') }),
];
const refused = "didn't match pod topology spread constraints";

describe('the scheduler, with topologySpreadConstraints', () => {
  it('keeps the domains even, to maxSkew', () => {
    const pods = { a: webs(2, 'a'), c: webs(1, 'c') };
    expect(placed(constrained(spread()), { nodes, pods })).to.equal('c');
    expect(placed(constrained(spread({ maxSkew: 2 })), { nodes, pods })).to.equal('b');
    const alone = nodes.slice(0, 2);
    expect(placed(constrained(spread()), { nodes: alone, pods: { a: webs(5, 'a') } })).to.equal('b');
  });

  it('counts pods that the selector means, in the namespace, those not that leave', () => {
    const others = [pod('x', { labels: { app: 'db' } }), pod('y', { labels: web, namespace: 'other' })];
    const leaving = webs(3, 'l', { deletionTimestamp: '2026-01-01T00:00:00Z' });
    const pods = { c: [...others, ...leaving], a: webs(1, 'a') };
    expect(placed(constrained(spread()), { nodes, pods })).to.equal('c');
    // Does not count itself: any domain that has no more than one above the least is good.
    const unmatched = { ...constrained(spread()), metadata: pod('p').metadata };
    expect(placed(unmatched, { nodes: nodes.slice(1), pods: { b: webs(1, 'b') } })).to.be.oneOf(['b', 'c']);
    expect(placed(unmatched, { nodes: [nodes[1] ?? node('b')], pods: { b: webs(5, 'b') } })).to.equal('b');
  });

  it('says which nodes lack the domain, and which are too full', () => {
    const mixed = [...nodes, node('nowhere')];
    const pods = { a: webs(1, 'a'), c: webs(1, 'c') };
    expect(placed(constrained(spread({ minDomains: 3 })), { nodes: mixed, pods })).to.equal(
      `0/4 nodes are available: 1 node(s) ${refused} (missing required label), 3 node(s) ${refused}.`,
    );
  });

  it('takes the least for nothing while there are fewer domains than minDomains', () => {
    const pods = { a: webs(1, 'a'), c: webs(1, 'c') };
    expect(placed(constrained(spread({ minDomains: 2 })), { nodes, pods })).to.equal('b');
    expect(placed(constrained(spread({ minDomains: 3 })), { nodes, pods })).to.contain(refused);
  });

  it('leaves out nodes that the pod may not run on by its affinity, unless told otherwise', () => {
    const labelled = [
      node('a', { labels: { ...inZone('1'), disk: 'ssd' } }),
      node('b', { labels: { ...inZone('2') } }),
    ];
    const choosy = (more: object) => {
      const one = constrained(spread(more));
      return { ...one, spec: { ...one.spec, nodeSelector: { disk: 'ssd' } } };
    };
    const situation = { nodes: labelled, pods: { a: webs(1, 'a') } };
    expect(placed(choosy({}), situation)).to.equal('a');
    expect(placed(choosy({ nodeAffinityPolicy: 'Ignore' }), situation)).to.contain(refused);
  });

  it('counts nodes with taints, unless told to honor those', () => {
    const taints = [{ key: 'gpu', effect: 'NoSchedule' }];
    const tainted = [
      node('a', { labels: inZone('1') }),
      node('b', { labels: inZone('2'), spec: { taints } }),
    ];
    const situation = { nodes: tainted, pods: { a: webs(1, 'a') } };
    expect(placed(constrained(spread()), situation)).to.contain(refused);
    expect(placed(constrained(spread({ nodeTaintsPolicy: 'Honor' })), situation)).to.equal('a');
  });

  it('tells revisions apart by matchLabelKeys', () => {
    const labels = { ...web, 'pod-template-hash': 'new' };
    const one = (more: object) => pod('p', { labels, spec: { topologySpreadConstraints: [spread(more)] } });
    const old = [1, 2].map((i) => pod(`o${i}`, { labels: { ...web, 'pod-template-hash': 'old' } }));
    const situation = { nodes: nodes.slice(1), pods: { b: old, c: [pod('n', { labels })] } };
    expect(placed(one({}), situation)).to.equal('c');
    expect(placed(one({ matchLabelKeys: ['pod-template-hash'] }), situation)).to.equal('b');
  });

  it('heeds several constraints at once', () => {
    const byNode = spread({ topologyKey: 'kubernetes.io/hostname' });
    const pods = { a: webs(1, 'a'), c: webs(1, 'c') };
    expect(placed(constrained(spread(), byNode), { nodes, pods })).to.equal('b');
    const full = { a: webs(1, 'a'), b: webs(1, 'b'), c: webs(1, 'c') };
    expect(placed(constrained(spread(), byNode), { nodes, pods: full })).to.equal('c');
  });
});
