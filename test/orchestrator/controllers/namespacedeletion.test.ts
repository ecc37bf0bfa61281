import { expect } from 'chai';
import { CONFIG_MAPS, NAMESPACES, PODS } from '../../../src/kube/kinds/resources.data.ts';
import { isNotFound } from '../../../src/kube/values/status.ts';
import { eventually } from '../../contract/notation.ts';
import { startCluster, type TestCluster } from './cluster.ts';

describe('the deletion of a namespace', () => {
  let cluster: TestCluster;
  before(async () => {
    cluster = await startCluster();
  });
  after(() => cluster.stop());

  it('takes pods first: what they refer to is there as long as they are', async () => {
    const { client } = cluster;
    const namespace = 'ordered';
    await cluster.createNamespace(namespace);
    await client.create(CONFIG_MAPS, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'settings', namespace },
    });
    await client.create(PODS, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'held', namespace, finalizers: ['example.com/hold'] },
      spec: { containers: [{ name: 'main', image: 'host' }] },
    });
    await client.delete(NAMESPACES, { name: namespace });
    await eventually(async () => {
      const { status } = await client.get(NAMESPACES, { name: namespace });
      const content = status?.conditions?.find(({ type }) => type === 'NamespaceContentRemaining');
      expect(content?.message).to.equal('Some resources are remaining: pods. has 1 resource instances');
    });
    expect(await client.get(CONFIG_MAPS, { namespace, name: 'settings' })).to.have.property(
      'kind',
      'ConfigMap',
    );
    await client.patch(
      PODS,
      { namespace, name: 'held' },
      { type: 'merge', body: { metadata: { finalizers: null } } },
    );
    await eventually(async () => {
      expect(await client.get(NAMESPACES, { name: namespace }).catch(isNotFound)).to.equal(true);
    });
  });
});
