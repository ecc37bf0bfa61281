import { expect } from 'chai';
import type { Toleration } from '../../../../src/kube/kinds/objects.data.ts';
import { NODES, PODS } from '../../../../src/kube/kinds/resources.data.ts';
import { asNode, pod } from '../notation.ts';
import { useTestApi } from '../suite.ts';

describe('taints that plug-ins look after', () => {
  const cluster = useTestApi();

  const NOT_READY = { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' } as const;
  const node = (name: string, spec?: object) => ({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name },
    ...(spec ? { spec } : {}),
  });
  const toleration = (key: string, more: Partial<Toleration> = {}): Toleration => ({
    key: `node.kubernetes.io/${key}`,
    operator: 'Exists',
    effect: 'NoExecute',
    ...more,
  });
  const patience = (key: string) => toleration(key, { tolerationSeconds: 300 });

  it('keep pods from a new node until the controller of nodes has seen it ready', async () => {
    const { spec } = await asNode(cluster.client, 'n1').create(NODES, node('n1'));
    expect(spec?.taints).to.deep.equal([NOT_READY]);
  });

  it('are added once to those that a node brings along', async () => {
    const gpu = { key: 'example.com/gpu', effect: 'NoSchedule' } as const;
    const one = await cluster.client.create(NODES, node('n1', { taints: [gpu] }));
    expect(one.spec?.taints).to.deep.equal([gpu, NOT_READY]);
    const other = await cluster.client.create(NODES, node('n2', { taints: [NOT_READY] }));
    expect(other.spec?.taints).to.deep.equal([NOT_READY]);
  });

  it('are tolerated by pods for five minutes where the node is lost', async () => {
    const { spec } = await cluster.client.create(PODS, pod('web'));
    expect(spec.tolerations).to.deep.equal([patience('not-ready'), patience('unreachable')]);
  });

  it('are tolerated as a pod says itself, of each taint apart', async () => {
    const own = toleration('unreachable', { tolerationSeconds: 5 });
    const { spec } = await cluster.client.create(PODS, pod('web', { tolerations: [own] }));
    expect(spec.tolerations).to.deep.equal([own, patience('not-ready')]);
    const all: Toleration = { operator: 'Exists' };
    const everything = await cluster.client.create(PODS, pod('daemon', { tolerations: [all] }));
    expect(everything.spec.tolerations).to.deep.equal([all]);
  });

  it('stay tolerated when an update leaves that out', async () => {
    const { metadata, spec } = await cluster.client.create(PODS, pod('web'));
    const { tolerations: _, ...rest } = spec;
    const updated = await cluster.client.update(PODS, { ...pod('web'), metadata, spec: rest });
    expect(updated.spec.tolerations).to.deep.equal(spec.tolerations);
  });
});
