import { expect } from 'chai';
import type { ResourceQuota } from '../../../src/kube/kinds/objects.data.ts';
import { CONFIG_MAPS, RESOURCE_QUOTAS, SERVICES } from '../../../src/kube/kinds/resources.data.ts';
import { decide } from '../../../src/orchestrator/controllers/resourcequota/decide.ts';
import { eventually, startCluster, type TestCluster } from './cluster.ts';

const quotaOf = (hard: Record<string, string>, more: Partial<ResourceQuota> = {}): ResourceQuota => ({
  apiVersion: 'v1',
  kind: 'ResourceQuota',
  metadata: { name: 'most', namespace: 'team' },
  spec: { hard },
  ...more,
});

describe('the status of a ResourceQuota', () => {
  it('starts at zero for what can be counted, and keeps what nobody counts now', () => {
    const quota = quotaOf(
      { 'count/configmaps': '2', 'count/gone.example.com': '1' },
      { status: { used: { 'count/gone.example.com': '1', 'count/old': '7' } } },
    );
    const collections = [{ resource: { group: '', plural: 'configmaps' }, objects: [] }];
    expect(decide(quota, collections, 0)).to.deep.equal({
      hard: { 'count/configmaps': '2', 'count/gone.example.com': '1' },
      used: { 'count/configmaps': '0', 'count/gone.example.com': '1' },
    });
  });

  describe('in a cluster', () => {
    let cluster: TestCluster;
    before(async () => {
      cluster = await startCluster();
      await cluster.createNamespace('team');
    });
    after(() => cluster.stop());

    const used = async () =>
      (await cluster.client.get(RESOURCE_QUOTAS, { namespace: 'team', name: 'most' })).status?.used;

    it('follows objects that come and go, and the specification', async () => {
      const { client } = cluster;
      await client.create(SERVICES, {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'web', namespace: 'team' },
        spec: { ports: [{ port: 80 }] },
      });
      await client.create(RESOURCE_QUOTAS, quotaOf({ 'count/configmaps': '5', services: '2' }));
      await eventually(used, (answer) => answer?.services === '1' && answer['count/configmaps'] === '1');
      const config = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', namespace: 'team' } };
      await client.create(CONFIG_MAPS, config);
      await eventually(used, (answer) => answer?.['count/configmaps'] === '2');
      await client.delete(CONFIG_MAPS, { namespace: 'team', name: 'a' });
      await eventually(used, (answer) => answer?.['count/configmaps'] === '1');
      await client.patch(
        RESOURCE_QUOTAS,
        { namespace: 'team', name: 'most' },
        { type: 'merge', body: { spec: { hard: { services: null, secrets: '3' } } } },
      );
      const now = await eventually(used, (answer) => answer?.secrets === '0');
      expect(now).to.deep.equal({ 'count/configmaps': '1', secrets: '0' });
    });
  });
});
