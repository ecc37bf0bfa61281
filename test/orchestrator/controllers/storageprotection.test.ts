import { expect } from 'chai';
import type { KubeClient } from '../../../src/kube/client/client.ts';
import {
  PERSISTENT_VOLUME_CLAIMS,
  PERSISTENT_VOLUMES,
  PODS,
  VOLUME_ATTRIBUTES_CLASSES,
} from '../../../src/kube/kinds/resources.data.ts';
import { notFoundAsUndefined } from '../../../src/kube/values/status.ts';
import type { KubeObject, Resource } from '../../../src/kube/values/types.ts';
import { eventually, startCluster, type TestCluster } from './cluster.ts';

const DATA = { namespace: 'shop', name: 'data' };
const DISK = { name: 'disk' };
const GOLD = { name: 'gold' };

describe('storage that is deleted', function () {
  this.timeout(20_000);
  let cluster: TestCluster;
  let client: KubeClient;
  beforeEach(async () => {
    cluster = await startCluster();
    ({ client } = cluster);
    await cluster.createNamespace('shop');
  });
  afterEach(() => cluster.stop());

  const claim = (more: object = {}) =>
    client.create(PERSISTENT_VOLUME_CLAIMS, {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: DATA,
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, ...more },
    });
  const volume = () =>
    client.create(PERSISTENT_VOLUMES, {
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: DISK,
      spec: { accessModes: ['ReadWriteOnce'], capacity: { storage: '1Gi' }, hostPath: { path: '/disk' } },
    });
  type Key = { readonly namespace?: string; readonly name: string };
  const find = <T extends KubeObject>(resource: Resource<T>, key: Key) =>
    client.get(resource, key).catch(notFoundAsUndefined);
  const isGone = <T extends KubeObject>(resource: Resource<T>, key: Key) =>
    eventually(
      () => find(resource, key),
      (found) => found === undefined,
    );
  /** Deleted, and still there when something that was deleted later is gone. */
  async function isHeld<T extends KubeObject>(resource: Resource<T>, key: Key): Promise<void> {
    const other = { namespace: 'shop', name: 'other' };
    await client.delete(resource, key);
    await client.create(PERSISTENT_VOLUME_CLAIMS, {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: other,
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    });
    await client.delete(PERSISTENT_VOLUME_CLAIMS, other);
    await isGone(PERSISTENT_VOLUME_CLAIMS, other);
    expect((await find(resource, key))?.metadata.deletionTimestamp).to.not.equal(undefined);
  }

  it('goes at once where nothing uses it', async () => {
    const { metadata } = await claim();
    expect(metadata.finalizers).to.deep.equal(['kubernetes.io/pvc-protection']);
    await client.delete(PERSISTENT_VOLUME_CLAIMS, DATA);
    await isGone(PERSISTENT_VOLUME_CLAIMS, DATA);
  });

  it('stays, a claim, while a pod on a node uses it', async () => {
    await cluster.addNode('n1');
    await claim();
    const web = { namespace: 'shop', name: 'web' };
    await client.create(PODS, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: web,
      spec: {
        containers: [{ name: 'main', image: 'host' }],
        volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }],
      },
    });
    await eventually(
      () => client.get(PODS, web),
      ({ spec }) => spec.nodeName !== undefined,
    );
    await isHeld(PERSISTENT_VOLUME_CLAIMS, DATA);
    await client.delete(PODS, web);
    await isGone(PERSISTENT_VOLUME_CLAIMS, DATA);
  });

  it('stays, a volume, while it is bound to a claim', async () => {
    await volume();
    await claim({ storageClassName: '' });
    await eventually(
      () => client.get(PERSISTENT_VOLUMES, DISK),
      ({ status }) => status?.phase === 'Bound',
    );
    await isHeld(PERSISTENT_VOLUMES, DISK);
    await client.delete(PERSISTENT_VOLUME_CLAIMS, DATA);
    await isGone(PERSISTENT_VOLUMES, DISK);
  });

  it('stays, a class of attributes, while a claim names it', async () => {
    await client.create(VOLUME_ATTRIBUTES_CLASSES, {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'VolumeAttributesClass',
      metadata: GOLD,
      driverName: 'example.com/disks',
      parameters: { speed: 'high' },
    });
    await claim({ volumeAttributesClassName: 'gold' });
    await isHeld(VOLUME_ATTRIBUTES_CLASSES, GOLD);
    await client.delete(PERSISTENT_VOLUME_CLAIMS, DATA);
    await isGone(VOLUME_ATTRIBUTES_CLASSES, GOLD);
  });

  it('is protected also where it is older than the plug-in that protects it', async () => {
    await claim();
    const unprotected = { type: 'merge' as const, body: { metadata: { finalizers: null } } };
    await client.patch(PERSISTENT_VOLUME_CLAIMS, DATA, unprotected);
    await eventually(
      () => client.get(PERSISTENT_VOLUME_CLAIMS, DATA),
      ({ metadata }) => metadata.finalizers?.includes('kubernetes.io/pvc-protection') ?? false,
    );
  });
});
