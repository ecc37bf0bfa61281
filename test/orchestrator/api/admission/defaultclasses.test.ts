import { expect } from 'chai';
import {
  INGRESS_CLASSES,
  INGRESSES,
  PERSISTENT_VOLUME_CLAIMS,
  STORAGE_CLASSES,
} from '../../../../src/kube/kinds/resources.data.ts';
import { useTestApi } from '../suite.ts';

describe('the default class', () => {
  const cluster = useTestApi();

  const storageClass = (name: string, isDefault: string) =>
    cluster.client.create(STORAGE_CLASSES, {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'StorageClass',
      metadata: { name, annotations: { 'storageclass.kubernetes.io/is-default-class': isDefault } },
      provisioner: 'example.com/disks',
    });
  const claim = async (name: string, more: object = {}) => {
    const { spec } = await cluster.client.create(PERSISTENT_VOLUME_CLAIMS, {
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
    await cluster.clock.advance(5_000);
    await storageClass('new', 'true');
    expect(await claim('b')).to.equal('new');
    expect(await claim('c', { storageClassName: '' })).to.equal('');
  });

  it('of ingresses is given to those that name none', async () => {
    await cluster.client.create(INGRESS_CLASSES, {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'IngressClass',
      metadata: { name: 'front', annotations: { 'ingressclass.kubernetes.io/is-default-class': 'true' } },
      spec: { controller: 'example.com/front' },
    });
    const { spec } = await cluster.client.create(INGRESSES, {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata: { name: 'web', namespace: 'default' },
      spec: { defaultBackend: { service: { name: 'web', port: { number: 80 } } } },
    });
    expect(spec?.ingressClassName).to.equal('front');
  });
});
