import { expect } from 'chai';
import type { KubeClient } from '../../../../src/kube/client/client.ts';
import {
  INGRESS_CLASSES,
  INGRESSES,
  PERSISTENT_VOLUME_CLAIMS,
  STORAGE_CLASSES,
} from '../../../../src/kube/kinds/resources.data.ts';
import type { FakeClock } from '../../../fakes/clock.ts';
import { startTestApi, type TestApi } from '../harness.ts';

describe('the default class', () => {
  let plane: TestApi<FakeClock>;
  let client: KubeClient;
  beforeEach(async () => {
    plane = await startTestApi();
    client = plane.client();
  });
  afterEach(() => plane.dispose());

  const storageClass = (name: string, isDefault: string) =>
    client.create(STORAGE_CLASSES, {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'StorageClass',
      metadata: { name, annotations: { 'storageclass.kubernetes.io/is-default-class': isDefault } },
      provisioner: 'example.com/disks',
    });
  const claim = async (name: string, more: object = {}) => {
    const { spec } = await client.create(PERSISTENT_VOLUME_CLAIMS, {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name, namespace: 'default' },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, ...more },
    });
    return spec?.storageClassName;
  };

  it('of storage is given to claims that name none, the newest of several', async () => {
    expect(await claim('before')).to.equal(undefined);
    await storageClass('slow', 'false');
    await storageClass('old', 'true');
    expect(await claim('a')).to.equal('old');
    await plane.clock.advance(5_000);
    await storageClass('new', 'true');
    expect(await claim('b')).to.equal('new');
    expect(await claim('c', { storageClassName: '' })).to.equal('');
  });

  it('of ingresses is given to those that name none', async () => {
    await client.create(INGRESS_CLASSES, {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'IngressClass',
      metadata: { name: 'front', annotations: { 'ingressclass.kubernetes.io/is-default-class': 'true' } },
      spec: { controller: 'example.com/front' },
    });
    const { spec } = await client.create(INGRESSES, {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata: { name: 'web', namespace: 'default' },
      spec: { defaultBackend: { service: { name: 'web', port: { number: 80 } } } },
    });
    expect(spec?.ingressClassName).to.equal('front');
  });
});
