import { expect } from 'chai';
import { NODES } from '../../../src/kube/kinds/resources.data.ts';
import { eventually, startCluster } from './cluster.ts';

describe('a node that becomes ready', () => {
  it('loses the taint that it was created with, and has no empty list of taints', async () => {
    const cluster = await startCluster();
    try {
      await cluster.addNode('n1');
      const { spec } = await eventually(
        () => cluster.client.get(NODES, { name: 'n1' }),
        (node) => !node.spec?.taints?.length,
      );
      expect(spec ?? {}).to.not.have.property('taints');
    } finally {
      await cluster.stop();
    }
  });
});
