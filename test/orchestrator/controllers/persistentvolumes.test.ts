import { expect } from 'chai';
import type { KubeClient } from '../../../src/kube/client/client.ts';
import type { PersistentVolume, PersistentVolumeClaim } from '../../../src/kube/kinds/objects.data.ts';
import {
  EVENTS,
  PERSISTENT_VOLUME_CLAIMS,
  PERSISTENT_VOLUMES,
} from '../../../src/kube/kinds/resources.data.ts';
import { eventually, startCluster, type TestCluster } from './cluster.ts';
import { claim, ref, volume } from './persistentvolume/notation.ts';

const DATA = { namespace: 'shop', name: 'data' };

describe('controllers on the built-in control plane: claims and volumes', function () {
  this.timeout(20_000);
  let cluster: TestCluster;
  let client: KubeClient;
  beforeEach(async () => {
    cluster = await startCluster();
    ({ client } = cluster);
    await cluster.createNamespace('shop');
  });
  afterEach(() => cluster.stop());

  const make = (spec: object = {}, name = 'data') => {
    const { metadata: _, status: __, ...rest } = claim({ storageClassName: '', ...spec });
    return client.create(PERSISTENT_VOLUME_CLAIMS, { ...rest, metadata: { namespace: 'shop', name } });
  };
  const offer = (name: string, spec: object = {}) => {
    const {
      metadata: _,
      status: __,
      ...rest
    } = volume(name, { storageClassName: '', hostPath: { path: `/${name}` }, ...spec });
    return client.create(PERSISTENT_VOLUMES, { ...rest, metadata: { name } });
  };
  const claimed = (isRight: (one: PersistentVolumeClaim) => boolean, name = 'data') =>
    eventually(() => client.get(PERSISTENT_VOLUME_CLAIMS, { namespace: 'shop', name }), isRight);
  const offered = (name: string, isRight: (one: PersistentVolume) => boolean) =>
    eventually(() => client.get(PERSISTENT_VOLUMES, { name }), isRight);
  const isBound = ({ status }: PersistentVolumeClaim | PersistentVolume) => status?.phase === 'Bound';
  const told = (text: RegExp) =>
    eventually(
      async () => (await client.list(EVENTS)).items.map(({ reason, message }) => `${reason}: ${message}`),
      (all) => all.some((one) => text.test(one)),
    );

  it('finds a claim its volume, whichever comes first, and says so on both', async () => {
    await make();
    await told(/^FailedBinding: no persistent volumes available for this claim and no storage class is set$/);
    await offer('disk', { capacity: { storage: '2Gi' } });
    const found = await claimed(isBound);
    expect(found.spec?.volumeName).to.equal('disk');
    expect(found.status?.capacity).to.deep.equal({ storage: '2Gi' });
    const { spec, metadata } = await offered('disk', isBound);
    expect(spec?.claimRef?.uid).to.equal(found.metadata.uid);
    expect(metadata.annotations?.['pv.kubernetes.io/bound-by-controller']).to.equal('yes');
  });

  it('gives no volume to two claims', async () => {
    for (const name of ['a', 'b', 'c']) await offer(name);
    await Promise.all(['one', 'two', 'three'].map((name) => make({}, name)));
    const names = await Promise.all(
      ['one', 'two', 'three'].map(async (name) => (await claimed(isBound, name)).spec?.volumeName),
    );
    expect(new Set(names).size).to.equal(3);
  });

  it('keeps a volume for the claim that it is reserved for', async () => {
    await offer('disk', ref('', 'wanted'));
    await offered('disk', ({ status }) => status?.phase === 'Available');
    await make({}, 'other');
    await make({}, 'wanted');
    await claimed(isBound, 'wanted');
    expect((await claimed(() => true, 'other')).status?.phase).to.equal('Pending');
  });

  it('releases a volume whose claim is deleted, and gives it to nobody else', async () => {
    await offer('disk');
    await make();
    await claimed(isBound);
    await client.delete(PERSISTENT_VOLUME_CLAIMS, DATA);
    await offered('disk', ({ status }) => status?.phase === 'Released');
    await make();
    await told(/^FailedBinding/);
    expect((await claimed(() => true)).status?.phase).to.equal('Pending');
  });

  it('says of a volume that nothing here deletes that a person has to', async () => {
    await offer('disk', { persistentVolumeReclaimPolicy: 'Delete' });
    await make();
    await claimed(isBound);
    await client.delete(PERSISTENT_VOLUME_CLAIMS, DATA);
    const { status } = await offered('disk', (one) => one.status?.phase === 'Failed');
    expect(status?.message).to.contain('no deletable volume plugin matched');
    await told(/^VolumeFailedDelete: error getting deleter volume plugin for volume "disk"/);
  });

  it('says that data is lost where a volume is taken away by force', async () => {
    await offer('disk');
    await make();
    await claimed(isBound);
    await client.patch(
      PERSISTENT_VOLUMES,
      { name: 'disk' },
      { type: 'merge', body: { metadata: { finalizers: null } } },
    );
    await client.delete(PERSISTENT_VOLUMES, { name: 'disk' });
    await client
      .patch(
        PERSISTENT_VOLUMES,
        { name: 'disk' },
        { type: 'merge', body: { metadata: { finalizers: null } } },
      )
      .catch(() => undefined);
    await claimed(({ status }) => status?.phase === 'Lost');
    await told(/^ClaimLost: Bound claim has lost its PersistentVolume\. Data on the volume is lost!$/);
  });
});
