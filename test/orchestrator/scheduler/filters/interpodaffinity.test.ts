import { expect } from 'chai';
import type { PodAffinityTerm } from '../../../../src/kube/kinds/objects.data.ts';
import { inZone, node, placed, pod, required, term, ZONE } from '../notation.ts';

const nodes = [
  node('a', { labels: inZone('1') }),
  node('b', { labels: inZone('1') }),
  node('c', { labels: inZone('2') }),
];
const near = (...terms: readonly PodAffinityTerm[]) => ({ affinity: { podAffinity: required(...terms) } });
const apart = (...terms: readonly PodAffinityTerm[]) => ({
  affinity: { podAntiAffinity: required(...terms) },
});
const db = pod('db', { labels: { app: 'db' } });
const NOT_NEAR = "node(s) didn't match pod affinity rules";
const NOT_APART = "node(s) didn't match pod anti-affinity rules";
const UNWELCOME = "node(s) didn't satisfy existing pods anti-affinity rules";

describe('the scheduler, with affinity between pods', () => {
  it('goes where the pods are that it needs nearby: on their node, or in their zone', () => {
    const situation = { nodes, pods: { b: [db], a: [pod('other')] } };
    expect(placed(pod('p', { spec: near(term({ app: 'db' })) }), situation)).to.equal('b');
    expect(
      placed(pod('p', { spec: near(term({ app: 'db' }, ZONE)) }), { nodes, pods: { c: [db] } }),
    ).to.equal('c');
    expect(placed(pod('p', { spec: near(term({ app: 'cache' })) }), situation)).to.equal(
      `0/3 nodes are available: 3 ${NOT_NEAR}.`,
    );
    const both = near(term({ app: 'db' }), term({ tier: 'data' }, ZONE));
    expect(placed(pod('p', { spec: both }), situation)).to.contain(NOT_NEAR);
  });

  it('lets the first of pods that want to be together go anywhere that has the domain', () => {
    const one = pod('p', { labels: { app: 'web' }, spec: near(term({ app: 'web' }, ZONE)) });
    expect(placed(one, { nodes: [node('nowhere'), ...nodes.slice(2)] })).to.equal('c');
    expect(placed(one, { nodes, pods: { c: [pod('q', { labels: { app: 'web' } })] } })).to.equal('c');
    expect(placed(one, { nodes: [node('nowhere')] })).to.contain(NOT_NEAR);
  });

  it('stays away from pods that it does not bear, and those from it', () => {
    const web = { app: 'web' };
    const shy = pod('p', { labels: web, spec: apart(term(web)) });
    const situation = { nodes, pods: { a: [pod('q', { labels: web })], b: [pod('r', { labels: web })] } };
    expect(placed(shy, situation)).to.equal('c');
    const inZones = pod('p', { labels: web, spec: apart(term(web, ZONE)) });
    expect(placed(inZones, { nodes, pods: { a: [pod('q', { labels: web })] } })).to.equal('c');
    const hermit = pod('hermit', { spec: apart(term(web, ZONE)) });
    expect(placed(pod('p', { labels: web }), { nodes, pods: { a: [hermit] } })).to.equal('c');
    expect(placed(shy, { nodes, pods: { ...situation.pods, c: [hermit] } })).to.equal(
      `0/3 nodes are available: 1 ${UNWELCOME}, 2 ${NOT_APART}.`,
    );
  });

  it('means pods of its own namespace, of those that it names, or of those that are selected', () => {
    const elsewhere = pod('db', { labels: { app: 'db' }, namespace: 'data' });
    const situation = { nodes, pods: { b: [elsewhere] }, namespaces: { data: { team: 'data' } } };
    const by = (more: Partial<PodAffinityTerm>) =>
      placed(pod('p', { spec: near(term({ app: 'db' }, undefined, more)) }), situation);
    expect(by({})).to.contain(NOT_NEAR);
    expect(by({ namespaces: ['data'] })).to.equal('b');
    expect(by({ namespaceSelector: {} })).to.equal('b');
    expect(by({ namespaceSelector: { matchLabels: { team: 'data' } } })).to.equal('b');
    expect(by({ namespaceSelector: { matchLabels: { team: 'shop' } } })).to.contain(NOT_NEAR);
    expect(by({ namespaces: ['shop'], namespaceSelector: { matchLabels: { team: 'data' } } })).to.equal('b');
  });

  it('tells revisions apart by matchLabelKeys and mismatchLabelKeys', () => {
    const of = (revision: string) => ({ app: 'web', revision });
    const situation = { nodes: nodes.slice(1), pods: { b: [pod('q', { labels: of('1') })] } };
    const by = (more: Partial<PodAffinityTerm>) =>
      placed(pod('p', { labels: of('2'), spec: apart(term({ app: 'web' }, undefined, more)) }), {
        ...situation,
        pods: { ...situation.pods, c: [pod('r', { labels: of('2') }), pod('s', { asks: { cpu: '1' } })] },
      });
    expect(by({})).to.contain(NOT_APART);
    expect(by({ matchLabelKeys: ['revision'] })).to.equal('b');
    expect(by({ mismatchLabelKeys: ['revision'] })).to.equal('c');
  });

  it('means no pods by a selector that is missing, and all by one that is empty', () => {
    const { topologyKey } = term({});
    const situation = { nodes: nodes.slice(0, 1), pods: { a: [db] } };
    expect(placed(pod('p', { spec: apart({ topologyKey }) }), situation)).to.equal('a');
    expect(placed(pod('p', { spec: apart({ topologyKey, labelSelector: {} }) }), situation)).to.contain(
      NOT_APART,
    );
  });
});
