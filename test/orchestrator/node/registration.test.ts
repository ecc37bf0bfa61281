import { expect } from 'chai';
import type { Node } from '../../../src/kube/kinds/objects.data.ts';
import { allocatableOf } from '../../../src/orchestrator/node/registration.ts';

describe('what a node has to give', () => {
  const own = { cpu: '2', memory: '4Gi', pods: '250' };
  const node = (status: Node['status']): Node => ({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: 'n1' },
    ...(status ? { status } : {}),
  });

  it('is what the machine has, and the extended resources that others say it has', () => {
    expect(allocatableOf(node(undefined), own)).to.deep.equal(own);
    const gpu = { 'nvidia.com/gpu': '2' };
    expect(allocatableOf(node({ capacity: { ...own, cpu: '1', ...gpu } }), own)).to.deep.equal({
      ...own,
      ...gpu,
    });
  });

  it('is no longer what others have taken away', () => {
    const allocatable = { ...own, 'nvidia.com/gpu': '2' };
    expect(allocatableOf(node({ capacity: own, allocatable }), own)).to.deep.equal({
      ...own,
      'nvidia.com/gpu': null,
    });
  });
});
