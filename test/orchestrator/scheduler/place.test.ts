import { expect } from 'chai';
import { podInfo } from '../../../src/orchestrator/scheduler/podinfo.ts';
import { node, placed, pod, required, term } from './notation.ts';

describe('scheduler', () => {
  it('says what keeps a pod from each node, counted, in the words of kube-scheduler', () => {
    const taints = [{ key: 'gpu', value: 'yes', effect: 'NoSchedule' }];
    const nodes = [
      node('a'),
      node('b'),
      node('c', { spec: { taints } }),
      node('d', { spec: { unschedulable: true } }),
    ];
    expect(placed(pod('p', { asks: { cpu: '8' } }), { nodes })).to.equal(
      '0/4 nodes are available: 1 node(s) had untolerated taint {gpu: yes}, 1 node(s) were unschedulable, 2 Insufficient cpu.',
    );
    const resourceClaims = [{ name: 'gpu', resourceClaimName: 'gpu' }];
    expect(placed(pod('p', { spec: { resourceClaims } }), { nodes: [node('a')] })).to.equal(
      '0/1 nodes are available: 1 cannot allocate all claims.',
    );
    expect(placed(pod('p'), { nodes: [] })).to.equal('no nodes available to schedule pods');
  });

  it('reads only so much of what a pod says of its place: more goes nowhere, and holds up no other', () => {
    const terms = Array.from({ length: 1_000 }, () => term({ app: 'web' }));
    const greedy = pod('greedy', { spec: { affinity: { podAntiAffinity: required(...terms) } } });
    expect(placed(greedy, { nodes: [node('a')] })).to.match(
      /^0\/1 nodes are available: affinity, .* of the pod have \d+ characters, of which 16384 at most are read\.$/,
    );
    // Where somebody has named its node himself, its terms are not read either.
    const web = pod('web', { labels: { app: 'web' } });
    expect(placed(web, { nodes: [node('a')], pods: { a: [greedy] } })).to.equal('a');
  });

  it('asks for the sum of the containers, or for more where an init container needs more, beside the sidecars', () => {
    const container = (cpu: string, more: object = {}) => ({
      name: 'c',
      resources: { requests: { cpu, memory: '1Ki' } },
      ...more,
    });
    const containers = [container('500m'), container('0.25')];
    const asked = (spec: object) => podInfo(pod('p', { spec })).requests;
    expect(asked({ containers, initContainers: [container('1')] })).to.deep.equal({
      cpu: 1000,
      memory: 2048,
    });
    const initContainers = [container('100m', { restartPolicy: 'Always' }), container('1')];
    expect(asked({ containers, initContainers })).to.deep.equal({ cpu: 1100, memory: 3072 });
    expect(asked({ containers, overhead: { cpu: '250m' } })).to.deep.equal({ cpu: 1000, memory: 2048 });
  });
});
