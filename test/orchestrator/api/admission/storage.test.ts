import { expect } from 'chai';
import { PERSISTENT_VOLUME_CLAIMS, STORAGE_CLASSES } from '../../../../src/kube/kinds/resources.data.ts';
import { refusal } from '../notation.ts';
import { useTestApi } from '../suite.ts';

describe('a claim', () => {
  const cluster = useTestApi();

  const key = { namespace: 'default', name: 'data' };
  const storageClass = (name: string, allowVolumeExpansion?: boolean) =>
    cluster.client.create(STORAGE_CLASSES, {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'StorageClass',
      metadata: { name },
      provisioner: 'example.com/disks',
      ...(allowVolumeExpansion === undefined ? {} : { allowVolumeExpansion }),
    });
  const claim = (storageClassName: string, finalizers: readonly string[] = []) =>
    cluster.client.create(PERSISTENT_VOLUME_CLAIMS, {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { ...key, finalizers: [...finalizers] },
      spec: {
        storageClassName,
        volumeName: 'disk',
        accessModes: ['ReadWriteOnce'],
        resources: { requests: { storage: '1Gi' } },
      },
    });
  const bind = () =>
    cluster.client.patch(
      PERSISTENT_VOLUME_CLAIMS,
      key,
      { type: 'merge', body: { status: { phase: 'Bound', capacity: { storage: '1Gi' } } } },
      { subresource: 'status' },
    );
  const resize = (storage: string) =>
    cluster.client.patch(PERSISTENT_VOLUME_CLAIMS, key, {
      type: 'merge',
      body: { spec: { resources: { requests: { storage } } } },
    });
  const REFUSED =
    'Forbidden: persistentvolumeclaims "data" is forbidden: only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize';

  it('is protected from the beginning, once', async () => {
    const { metadata } = await claim('', ['example.com/mine', 'kubernetes.io/pvc-protection']);
    expect(metadata.finalizers).to.deep.equal(['example.com/mine', 'kubernetes.io/pvc-protection']);
  });

  it('grows where its class allows that', async () => {
    await storageClass('elastic', true);
    await claim('elastic');
    await bind();
    const { spec } = await resize('2Gi');
    expect(spec?.resources?.requests?.storage).to.equal('2Gi');
  });

  for (const [what, name] of [
    ['says nothing of it', 'silent'],
    ['forbids it', 'fixed'],
    ['is not there', 'gone'],
    ['is none', ''],
  ] as const) {
    it(`does not grow where its class ${what}`, async () => {
      await storageClass('silent');
      await storageClass('fixed', false);
      await claim(name);
      await bind();
      expect(await refusal(resize('2Gi'))).to.equal(REFUSED);
      await resize('1024Mi');
    });
  }

  it('does not grow before it is bound', async () => {
    await storageClass('elastic', true);
    await claim('elastic');
    expect(await refusal(resize('2Gi'))).to.contain(
      'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims',
    );
  });
});
