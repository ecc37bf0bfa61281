import { expect } from 'chai';
import type { Node, Pod } from '../../../../src/kube/kinds/objects.data.ts';
import { podInfo } from '../../../../src/orchestrator/scheduler/podinfo.ts';
import { IMAGE_LOCALITY } from '../../../../src/orchestrator/scheduler/scores/imagelocality.ts';
import { INTER_POD_AFFINITY_SCORE } from '../../../../src/orchestrator/scheduler/scores/interpodaffinity.ts';
import { NODE_AFFINITY_SCORE } from '../../../../src/orchestrator/scheduler/scores/nodeaffinity.ts';
import {
  BALANCED_ALLOCATION,
  LEAST_ALLOCATED,
  MOST_ALLOCATED,
} from '../../../../src/orchestrator/scheduler/scores/noderesources.ts';
import {
  DEFAULT_SPREAD_SCORE,
  POD_TOPOLOGY_SPREAD_SCORE,
} from '../../../../src/orchestrator/scheduler/scores/podtopologyspread.ts';
import type { Score } from '../../../../src/orchestrator/scheduler/scores/score.ts';
import { TAINT_TOLERATION_SCORE } from '../../../../src/orchestrator/scheduler/scores/tainttoleration.ts';
import { clusterOf, inZone, node, pod, preferred, required, term, ZONE } from '../notation.ts';

/** What each node is worth, in their order. */
function rated(score: Score, one: Pod, nodes: readonly Node[], pods: Record<string, readonly Pod[]> = {}) {
  const cluster = clusterOf({ nodes, pods });
  return score.rate(podInfo(one), cluster.nodes, cluster);
}

const zoned = [
  node('a', { labels: inZone('1') }),
  node('b', { labels: inZone('1') }),
  node('c', { labels: inZone('2') }),
];
const web = { app: 'web' };
const webs = (count: number, prefix: string) =>
  Array.from({ length: count }, (_, i) => pod(`${prefix}${i}`, { labels: web, owner: 'rs' }));

describe('the scheduler, of nodes that will do', () => {
  it('prefers those with less in use, in the same proportion, or with more where pods are to be packed', () => {
    const nodes = [node('a'), node('b')];
    const pods = { b: [pod('q', { asks: { cpu: '2', memory: '1Gi' } })] };
    const one = pod('p', { asks: { cpu: '1', memory: '1Gi' } });
    // a: a quarter of each; b: three quarters of the cores, a half of the memory.
    expect(rated(LEAST_ALLOCATED, one, nodes, pods)).to.deep.equal([75, 37]);
    expect(rated(MOST_ALLOCATED, one, nodes, pods)).to.deep.equal([25, 62]);
    expect(rated(BALANCED_ALLOCATION, one, nodes, pods)).to.deep.equal([100, 87]);
    expect(rated(BALANCED_ALLOCATION, pod('p'), nodes, pods)).to.equal(undefined);
  });

  it('takes pods that ask for nothing to need a little, so that they spread too', () => {
    const [empty = 0, used = 0] =
      rated(LEAST_ALLOCATED, pod('p'), [node('a'), node('b')], { b: webs(3, 'q') }) ?? [];
    expect(empty).to.be.greaterThan(used);
  });

  it('avoids taints with PreferNoSchedule that the pod does not tolerate', () => {
    const tainted = (name: string, ...keys: readonly string[]) =>
      node(name, { spec: { taints: keys.map((key) => ({ key, effect: 'PreferNoSchedule' })) } });
    const nodes = [node('a'), tainted('b', 'x'), tainted('c', 'x', 'y')];
    expect(rated(TAINT_TOLERATION_SCORE, pod('p'), nodes)).to.deep.equal([100, 50, 0]);
    const tolerations = [{ key: 'y', operator: 'Exists' }];
    expect(rated(TAINT_TOLERATION_SCORE, pod('p', { spec: { tolerations } }), nodes)).to.deep.equal([
      100, 0, 0,
    ]);
    expect(rated(TAINT_TOLERATION_SCORE, pod('p'), [node('a')])).to.equal(undefined);
  });

  it('adds up the weights of what node affinity prefers', () => {
    const prefer = (weight: number, key: string) => ({
      weight,
      preference: { matchExpressions: [{ key, operator: 'Exists' }] },
    });
    const nodeAffinity = {
      preferredDuringSchedulingIgnoredDuringExecution: [prefer(3, 'ssd'), prefer(1, 'gpu')],
    };
    const one = pod('p', { spec: { affinity: { nodeAffinity } } });
    const nodes = [
      node('a'),
      node('b', { labels: { gpu: '' } }),
      node('c', { labels: { gpu: '', ssd: '' } }),
    ];
    expect(rated(NODE_AFFINITY_SCORE, one, nodes)).to.deep.equal([0, 25, 100]);
  });

  it('prefers the company that a pod wants, and that wants it', () => {
    const wants = pod('p', { spec: { affinity: { podAffinity: preferred(10, term({ app: 'db' }, ZONE)) } } });
    const db = pod('db', { labels: { app: 'db' } });
    expect(rated(INTER_POD_AFFINITY_SCORE, wants, zoned, { c: [db] })).to.deep.equal([0, 0, 100]);
    const shuns = pod('p', { spec: { affinity: { podAntiAffinity: preferred(10, term({ app: 'db' })) } } });
    expect(rated(INTER_POD_AFFINITY_SCORE, shuns, zoned, { c: [db] })).to.deep.equal([100, 100, 0]);
    const hanging = pod('q', { spec: { affinity: { podAffinity: required(term(web)) } } });
    expect(rated(INTER_POD_AFFINITY_SCORE, pod('p', { labels: web }), zoned, { b: [hanging] })).to.deep.equal(
      [0, 100, 0],
    );
    const shy = pod('q', { spec: { affinity: { podAntiAffinity: preferred(10, term(web, ZONE)) } } });
    expect(rated(INTER_POD_AFFINITY_SCORE, pod('p', { labels: web }), zoned, { b: [shy] })).to.deep.equal([
      0, 0, 100,
    ]);
    expect(rated(INTER_POD_AFFINITY_SCORE, pod('p'), zoned, { b: [db] })).to.equal(undefined);
  });

  it('keeps domains even where a constraint says ScheduleAnyway; a node without the domain is the worst', () => {
    const topologySpreadConstraints = [
      {
        maxSkew: 1,
        topologyKey: ZONE,
        whenUnsatisfiable: 'ScheduleAnyway',
        labelSelector: { matchLabels: web },
      },
    ];
    const one = pod('p', { labels: web, spec: { topologySpreadConstraints } });
    const nodes = [...zoned, node('nowhere')];
    const [a, b, c, nowhere] =
      rated(POD_TOPOLOGY_SPREAD_SCORE, one, nodes, { a: webs(3, 'a'), c: webs(1, 'c') }) ?? [];
    expect(a).to.equal(b);
    expect(c).to.equal(100);
    expect(a).to.be.lessThan(100).and.greaterThan(0);
    expect(nowhere).to.equal(0);
  });

  it('spreads the pods of one controller over nodes and zones without being told', () => {
    const one = pod('p', { owner: 'rs' });
    const pods = { a: webs(2, 'a') };
    const [a = 0, b = 0, c = 0] = rated(DEFAULT_SPREAD_SCORE, one, zoned, pods) ?? [];
    expect(a).to.be.lessThan(b);
    expect(b).to.be.lessThan(c);
    expect(rated(DEFAULT_SPREAD_SCORE, pod('p'), zoned, pods)).to.equal(undefined);
    const unzoned = [node('a'), node('b')];
    const [first = 0, second = 0] = rated(DEFAULT_SPREAD_SCORE, one, unzoned, pods) ?? [];
    expect(first).to.be.lessThan(second);
  });

  it('prefers nodes that have the images, the more bytes the better', () => {
    const having = (name: string, bytes: number): Node => {
      const one = node(name);
      return { ...one, status: { ...one.status, images: [{ names: ['web:latest'], sizeBytes: bytes }] } };
    };
    const one = pod('p', { spec: { containers: [{ name: 'c', image: 'web' }] } });
    const MB = 1024 * 1024;
    const nodes = [having('a', 1000 * MB), having('b', 500 * MB), having('c', 10 * MB)];
    expect(rated(IMAGE_LOCALITY, one, nodes)).to.deep.equal([100, 48, 0]);
    // One node of three: it must not be overrun.
    expect(rated(IMAGE_LOCALITY, one, [having('a', 1000 * MB), node('b'), node('c')])).to.deep.equal([
      31, 0, 0,
    ]);
    expect(rated(IMAGE_LOCALITY, one, [node('a'), node('b')])).to.equal(undefined);
  });
});
