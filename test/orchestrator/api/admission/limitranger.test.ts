import { expect } from 'chai';
import type { Container, LimitRangeItem, Pod } from '../../../../src/kube/kinds/objects.data.ts';
import { LIMIT_RANGES, PERSISTENT_VOLUME_CLAIMS, PODS } from '../../../../src/kube/kinds/resources.data.ts';
import { refusal } from '../notation.ts';
import { useTestApi } from '../suite.ts';

describe('a LimitRange', () => {
  const cluster = useTestApi();

  const limit = (item: LimitRangeItem) =>
    cluster.client.create(LIMIT_RANGES, {
      apiVersion: 'v1',
      kind: 'LimitRange',
      metadata: { name: item.type.toLowerCase(), namespace: 'default' },
      spec: { limits: [item] },
    });
  const pod = (name: string, resources: Container['resources'] = {}): Promise<Pod> =>
    cluster.client.create(PODS, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace: 'default' },
      spec: { containers: [{ name: 'main', image: 'host', resources }] },
    });
  const claim = (storage: string) =>
    cluster.client.create(PERSISTENT_VOLUME_CLAIMS, {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'data', namespace: 'default' },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage } } },
    });

  it('gives containers the requests and limits that they do not set, and says so', async () => {
    await limit({
      type: 'Container',
      default: { cpu: '500m' },
      defaultRequest: { cpu: '100m', memory: '64Mi' },
    });
    const { metadata, spec, status } = await pod('web', { requests: { memory: '32Mi' } });
    expect(spec.containers[0]?.resources).to.deep.equal({
      limits: { cpu: '500m' },
      requests: { cpu: '100m', memory: '32Mi' },
    });
    expect(metadata.annotations).to.deep.equal({
      'kubernetes.io/limit-ranger':
        'LimitRanger plugin set: cpu request for container main; cpu limit for container main',
    });
    expect(status?.qosClass).to.equal('Burstable');
  });

  it('refuses what is less, more or further apart than it allows', async () => {
    await limit({
      type: 'Container',
      min: { cpu: '50m' },
      max: { cpu: '1' },
      maxLimitRequestRatio: { cpu: '4' },
      default: { cpu: '200m' },
      defaultRequest: { cpu: '100m' },
    });
    const refused = (cpu: { readonly requests?: string; readonly limits?: string }) =>
      refusal(
        pod('web', Object.fromEntries(Object.entries(cpu).map(([side, amount]) => [side, { cpu: amount }]))),
      );
    const says = 'Forbidden: pods "web" is forbidden: ';
    expect(await refused({ requests: '10m' })).to.equal(
      `${says}[minimum cpu usage per Container is 50m, but request is 10m, cpu max limit to request ratio per Container is 4, but provided ratio is 20.000000]`,
    );
    expect(await refused({ limits: '2' })).to.contain('maximum cpu usage per Container is 1, but limit is 2');
    expect((await pod('web')).spec.containers[0]?.resources?.limits).to.deep.equal({ cpu: '200m' });
  });

  it('judges a pod by the sum of its containers, and needs what it bounds to be said', async () => {
    await limit({ type: 'Pod', max: { memory: '1Gi' } });
    expect(await refusal(pod('web', { limits: { memory: '2Gi' } }))).to.equal(
      'Forbidden: pods "web" is forbidden: maximum memory usage per Pod is 1Gi, but limit is 2Gi',
    );
    expect(await refusal(pod('web'))).to.contain(
      'maximum memory usage per Pod is 1Gi.  No limit is specified',
    );
    await pod('web', { limits: { memory: '1Gi' } });
  });

  it('bounds the storage that a claim asks for', async () => {
    await limit({ type: 'PersistentVolumeClaim', min: { storage: '1Gi' }, max: { storage: '10Gi' } });
    expect(await refusal(claim('512Mi'))).to.equal(
      'Forbidden: persistentvolumeclaims "data" is forbidden: minimum storage usage per PersistentVolumeClaim is 1Gi, but request is 512Mi',
    );
    expect(await refusal(claim('11Gi'))).to.contain(
      'maximum storage usage per PersistentVolumeClaim is 10Gi, but request is 11Gi',
    );
    await claim('1Gi');
  });
});
