import { expect } from 'chai';
import type { Pod, PodSpec, ResourceQuotaSpec, Service } from '../../../../src/kube/kinds/objects.data.ts';
import {
  CONFIG_MAPS,
  PODS,
  PRIORITY_CLASSES,
  RESOURCE_QUOTAS,
  SERVICES,
} from '../../../../src/kube/kinds/resources.data.ts';
import { configMap, refusal } from '../notation.ts';
import { useTestApi } from '../suite.ts';

describe('a ResourceQuota', () => {
  const cluster = useTestApi();

  const quota = (spec: ResourceQuotaSpec) =>
    cluster.client.create(RESOURCE_QUOTAS, {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'most', namespace: 'default' },
      spec,
    });
  const pod = (name: string, cpu?: string, more: Partial<PodSpec> = {}): Promise<Pod> =>
    cluster.client.create(PODS, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace: 'default' },
      spec: {
        containers: [{ name: 'main', image: 'host', ...(cpu ? { resources: { requests: { cpu } } } : {}) }],
        ...more,
      },
    });
  const service = (type: string): Partial<Service> => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web', namespace: 'default' },
    spec: { type, ports: [{ port: 80 }] } as Service['spec'],
  });

  it('is never exceeded, however many creates race', async () => {
    await quota({ hard: { 'count/configmaps': '3' } });
    const results = await Promise.all(
      [...'abcdefgh'].map((name) =>
        cluster.client.create(CONFIG_MAPS, configMap(name)).then(
          () => 'created',
          (error: Error) => error.message,
        ),
      ),
    );
    expect(results.filter((one) => one === 'created')).to.have.length(3);
    expect(results).to.include(
      'configmaps "d" is forbidden: exceeded quota: most, requested: count/configmaps=1, used: count/configmaps=3, limited: count/configmaps=3',
    );
  });

  it('lets others take what was deleted', async () => {
    await quota({ hard: { configmaps: '1' } });
    await cluster.client.create(CONFIG_MAPS, configMap('a'));
    expect(await refusal(cluster.client.create(CONFIG_MAPS, configMap('b')))).to.contain(
      'limited: configmaps=1',
    );
    await cluster.client.delete(CONFIG_MAPS, { namespace: 'default', name: 'a' });
    await cluster.client.create(CONFIG_MAPS, configMap('b'));
  });

  it('sums what pods ask for, and needs each container to say it', async () => {
    await quota({ hard: { 'requests.cpu': '1', pods: '5' } });
    await pod('a', '600m');
    expect(await refusal(pod('b', '500m'))).to.equal(
      'Forbidden: pods "b" is forbidden: exceeded quota: most, requested: requests.cpu=500m, used: requests.cpu=600m, limited: requests.cpu=1',
    );
    expect(await refusal(pod('b'))).to.equal(
      'Forbidden: pods "b" is forbidden: failed quota: most: must specify requests.cpu for: main',
    );
    await pod('b', '400m');
  });

  it('does not count pods that have ended, except where it counts objects', async () => {
    await quota({ hard: { pods: '1', 'count/pods': '2' } });
    await pod('a');
    const phase = { type: 'merge', body: { status: { phase: 'Succeeded' } } } as const;
    await cluster.client.patch(PODS, { namespace: 'default', name: 'a' }, phase, { subresource: 'status' });
    await pod('b');
    expect(await refusal(pod('c'))).to.contain('requested: count/pods=1,pods=1, used: count/pods=2,pods=1');
  });

  it('counts within its scopes alone', async () => {
    await quota({ hard: { pods: '0' }, scopes: ['BestEffort', 'NotTerminating'] });
    expect(await refusal(pod('a'))).to.contain('exceeded quota');
    await pod('burstable', '1m');
    await pod('ends', undefined, { activeDeadlineSeconds: 5 });
  });

  it('selects pods by their priority class', async () => {
    await cluster.client.create(PRIORITY_CLASSES, {
      apiVersion: 'scheduling.k8s.io/v1',
      kind: 'PriorityClass',
      metadata: { name: 'high' },
      value: 1000,
    });
    await quota({
      hard: { pods: '0' },
      scopeSelector: {
        matchExpressions: [{ scopeName: 'PriorityClass', operator: 'In', values: ['high'] }],
      },
    });
    await pod('a');
    expect(await refusal(pod('b', undefined, { priorityClassName: 'high' }))).to.contain(
      'exceeded quota: most',
    );
  });

  it('bounds what an update adds', async () => {
    await quota({ hard: { 'services.nodeports': '0', services: '1' } });
    await cluster.client.create(SERVICES, service('ClusterIP') as Service);
    const becomes = { type: 'merge', body: { spec: { type: 'NodePort' } } } as const;
    expect(
      await refusal(cluster.client.patch(SERVICES, { namespace: 'default', name: 'web' }, becomes)),
    ).to.equal(
      'Forbidden: services "web" is forbidden: exceeded quota: most, requested: services.nodeports=1, used: services.nodeports=0, limited: services.nodeports=0',
    );
  });

  it('refuses a dry run as it would the create', async () => {
    await quota({ hard: { configmaps: '0' } });
    const dry = cluster.client.create(CONFIG_MAPS, configMap('a'), { dryRun: true });
    expect(await refusal(dry)).to.contain('exceeded quota: most');
  });
});
