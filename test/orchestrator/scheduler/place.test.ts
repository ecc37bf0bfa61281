import { expect } from 'chai';
import type { Node, Pod } from '../../../src/kube/kinds/objects.data.ts';
import { place } from '../../../src/orchestrator/scheduler/decide.ts';
import { nodeInfo, requestsOf } from '../../../src/orchestrator/scheduler/nodeinfo.ts';
import type { Policy } from '../../../src/orchestrator/scheduler/scores.ts';

function node(name: string, spec: object = {}, labels: Record<string, string> = {}, cpu = '4'): Node {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels },
    spec,
    status: { allocatable: { cpu, memory: '4Gi', pods: '10' } },
  };
}

function pod(spec: object = {}, cpu?: string, owner?: string): Pod {
  const reference = {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    name: 'r',
    uid: owner ?? '',
    controller: true,
  };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', namespace: 'n', uid: 'p', ...(owner ? { ownerReferences: [reference] } : {}) },
    spec: { containers: [{ name: 'c', ...(cpu ? { resources: { requests: { cpu } } } : {}) }], ...spec },
  };
}

const placed = (
  one: Pod,
  nodes: readonly Node[],
  policy: Policy = 'spread',
  pods: Record<string, Pod[]> = {},
  seed = '',
) => {
  const placement = place(
    one,
    nodes.map((n) => nodeInfo(n, pods[n.metadata.name ?? ''] ?? [])),
    policy,
    seed,
  );
  return placement.type === 'bind' ? placement.node : placement.message;
};

describe('scheduler', () => {
  it('says what keeps a pod from each node, counted, in the words of kube-scheduler', () => {
    const taints = [{ key: 'gpu', value: 'yes', effect: 'NoSchedule' }];
    const nodes = [node('a'), node('b'), node('c', { taints }), node('d', { unschedulable: true })];
    expect(placed(pod({}, '8'), nodes)).to.equal(
      '0/4 nodes are available: 1 node(s) had untolerated taint {gpu: yes}, 1 node(s) were unschedulable, 2 Insufficient cpu.',
    );
    expect(placed(pod({ nodeSelector: { disk: 'ssd' } }), [node('a')])).to.equal(
      "0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector.",
    );
    const resourceClaims = [{ name: 'gpu', resourceClaimName: 'gpu' }];
    expect(placed(pod({ resourceClaims }), [node('a')])).to.equal(
      '0/1 nodes are available: 1 cannot allocate all claims.',
    );
    expect(placed(pod(), [])).to.equal('no nodes available to schedule pods');
  });

  it('counts what is requested by pods that are there, finished ones not', () => {
    const running = pod({}, '3');
    const finished: Pod = { ...pod({}, '3'), status: { phase: 'Succeeded' } };
    expect(placed(pod({}, '2'), [node('a')], 'spread', { a: [running] })).to.contain('Insufficient cpu');
    expect(placed(pod({}, '2'), [node('a')], 'spread', { a: [finished] })).to.equal('a');
    const full = Array.from({ length: 10 }, () => pod());
    expect(placed(pod(), [node('a')], 'spread', { a: full })).to.contain('1 Too many pods');
  });

  it('asks for the sum of the containers, or for more where an init container needs more', () => {
    const container = (cpu: string) => ({ name: 'c', resources: { requests: { cpu, memory: '1Ki' } } });
    const one = pod({ containers: [container('500m'), container('0.25')], initContainers: [container('1')] });
    expect(requestsOf(one)).to.deep.equal({ cpu: 1000, memory: 2048 });
    expect(
      requestsOf(pod({ containers: [{ name: 'c', resources: { limits: { cpu: '2' } } }] })),
    ).to.deep.equal({ cpu: 2000 });
  });

  it('counts what the runtime of a pod uses itself', () => {
    const resources = { requests: { cpu: '1', memory: '1Ki' } };
    const one = pod({ containers: [{ name: 'c', resources }], overhead: { cpu: '250m' } });
    expect(requestsOf(one)).to.deep.equal({ cpu: 1250, memory: 1024 });
  });

  it('respects tolerations, node selectors and required node affinity', () => {
    const tainted = node(
      'a',
      { taints: [{ key: 'gpu', value: 'yes', effect: 'NoSchedule' }] },
      { disk: 'ssd' },
    );
    const tolerations = [{ key: 'gpu', operator: 'Equal', value: 'yes', effect: 'NoSchedule' }];
    expect(placed(pod({ tolerations, nodeSelector: { disk: 'ssd' } }), [tainted])).to.equal('a');
    const affinity = (values: readonly string[]) => ({
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [{ matchExpressions: [{ key: 'disk', operator: 'In', values }] }],
        },
      },
    });
    const nodes = [node('slow', {}, { disk: 'hdd' }), node('fast', {}, { disk: 'ssd' })];
    expect(placed(pod({ affinity: affinity(['ssd']) }), nodes)).to.equal('fast');
    expect(placed(pod({ affinity: affinity(['tape']) }), nodes)).to.contain('2 node(s)');
    // As the pods of a DaemonSet are bound to their nodes.
    const named = { matchFields: [{ key: 'metadata.name', operator: 'In', values: ['slow'] }] };
    const byName = {
      nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [named] } },
    };
    expect(placed(pod({ affinity: byName }), nodes)).to.equal('slow');
  });

  it('spreads replicas over nodes, packs on request, and repeats itself at random for the same seed', () => {
    const nodes = [node('a'), node('b'), node('c')];
    const there = { a: [pod({}, '1', 'rs')], b: [pod({}, '2', 'other')] };
    expect(placed(pod({}, '1', 'rs'), nodes, 'spread', there)).to.equal('c');
    expect(placed(pod({}, '1', 'rs'), nodes, 'binpack', there)).to.equal('b');
    const seeds = Array.from({ length: 30 }, (_, i) => String(i));
    const drawn = seeds.map((seed) => placed(pod(), nodes, 'random', {}, seed));
    expect(drawn).to.deep.equal(seeds.map((seed) => placed(pod(), nodes, 'random', {}, seed)));
    expect([...new Set(drawn)].sort()).to.deep.equal(['a', 'b', 'c']);
  });

  it('does not put two pods with the same host port on one node', () => {
    const ported = pod({ containers: [{ name: 'c', ports: [{ containerPort: 80, hostPort: 80 }] }] });
    expect(placed(ported, [node('a')], 'spread', { a: [ported] })).to.contain("didn't have free ports");
  });
});
