import { expect } from 'chai';
import type { KubeClient } from '../../../src/kube/client/client.ts';
import {
  EVENTS,
  NODES,
  PERSISTENT_VOLUME_CLAIMS,
  PERSISTENT_VOLUMES,
  PODS,
  STORAGE_CLASSES,
} from '../../../src/kube/kinds/resources.data.ts';
import { eventually, startCluster, type TestCluster } from './cluster.ts';
import { claim, volume } from './persistentvolume/notation.ts';

const DATA = { namespace: 'shop', name: 'data' };

describe('controllers on the built-in control plane: volumes that are directories of nodes', function () {
  this.timeout(20_000);
  let cluster: TestCluster;
  let client: KubeClient;
  beforeEach(async () => {
    cluster = await startCluster();
    ({ client } = cluster);
    await cluster.addNode('n1');
    await cluster.createNamespace('shop');
  });
  afterEach(() => cluster.stop());

  const make = (spec: object = {}) => {
    const { metadata: _, status: __, ...rest } = claim({ storageClassName: undefined, ...spec });
    return client.create(PERSISTENT_VOLUME_CLAIMS, { ...rest, metadata: DATA });
  };
  const run = (name: string) =>
    client.create(PODS, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { namespace: 'shop', name },
      spec: {
        containers: [{ name: 'main', image: 'host' }],
        volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }],
      },
    });
  const scheduled = (name: string) =>
    eventually(
      () => client.get(PODS, { namespace: 'shop', name }),
      ({ spec }) => spec.nodeName !== undefined,
    );
  const pending = (name: string, text: string) =>
    eventually(
      () => client.get(PODS, { namespace: 'shop', name }),
      ({ status }) => status?.conditions?.some(({ message }) => message?.includes(text)) ?? false,
    );
  const volumes = async () => (await client.list(PERSISTENT_VOLUMES)).items;
  const told = (text: RegExp) =>
    eventually(
      async () => (await client.list(EVENTS)).items.map(({ reason, message }) => `${reason}: ${message}`),
      (all) => all.some((one) => text.test(one)),
    );

  it('are made when the first pod of a claim has a node, and found by the next', async () => {
    const { spec } = await make();
    expect(spec?.storageClassName).to.equal('local-path');
    await told(/^WaitForFirstConsumer: /);
    expect(await volumes()).to.deep.equal([]);
    await run('one');
    await scheduled('one');
    await run('two');
    await scheduled('two');
    const [made, ...more] = await volumes();
    expect(more).to.deep.equal([]);
    expect(made?.status?.phase).to.equal('Bound');
    expect(made?.spec?.local?.path).to.equal(`/volumes/n1/${made?.metadata.name}`);
    await told(/^ProvisioningSucceeded: Successfully provisioned volume pvc-/);
  });

  it('keep later pods of the claim to their node, whatever else there is', async () => {
    await make();
    await run('one');
    await scheduled('one');
    await cluster.addNode('n2');
    await client.patch(NODES, { name: 'n1' }, { type: 'merge', body: { spec: { unschedulable: true } } });
    await run('two');
    await pending('two', "1 node(s) didn't match PersistentVolume's node affinity");
  });

  it('are deleted after their claims, and stay until the node has removed the directory', async () => {
    await make();
    await run('one');
    await scheduled('one');
    await client.delete(PODS, { namespace: 'shop', name: 'one' });
    await client.delete(PERSISTENT_VOLUME_CLAIMS, DATA);
    const [going] = await eventually(volumes, ([one]) => one?.metadata.deletionTimestamp !== undefined);
    const finalizers = (await eventually(volumes, ([one]) => one?.metadata.finalizers?.length === 1))[0]
      ?.metadata;
    expect(finalizers?.finalizers).to.deep.equal(['pilotage.dev/local-path']);
    const key = { name: going?.metadata.name ?? '' };
    const node = client.as({ name: 'system:node:n1', groups: ['system:nodes', 'system:authenticated'] });
    const other = client.as({ name: 'system:node:n2', groups: ['system:nodes', 'system:authenticated'] });
    const marked = await node.get(PERSISTENT_VOLUMES, key);
    const free = { ...marked, metadata: { ...marked.metadata, finalizers: [] } };
    await refused(other.update(PERSISTENT_VOLUMES, free));
    await refused(
      node.update(PERSISTENT_VOLUMES, {
        ...free,
        spec: { ...free.spec, persistentVolumeReclaimPolicy: 'Retain' },
      }),
    );
    await node.update(PERSISTENT_VOLUMES, free);
    await eventually(volumes, (all) => all.length === 0);
  });

  const refused = async (writing: Promise<unknown>) => {
    const outcome = await writing.then(
      () => 'written',
      (error: Error) => error.message,
    );
    expect(outcome).to.contain('a node may only take its mark off a volume of its own that is deleted');
  };

  it('are not made for what a directory cannot be; the claim says why, and its pod waits', async () => {
    await make({ accessModes: ['ReadWriteMany'] });
    await run('one');
    await told(
      /^ProvisioningFailed: failed to provision volume with StorageClass "local-path": access mode ReadWriteMany/,
    );
    expect((await client.get(PODS, { namespace: 'shop', name: 'one' })).spec.nodeName).to.equal(undefined);
  });

  it('are waited for on the chosen node; a provisioner that gives the claim back is said to have failed', async () => {
    await client.create(STORAGE_CLASSES, {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'StorageClass',
      metadata: { name: 'disk' },
      provisioner: 'example.com/disks',
      volumeBindingMode: 'WaitForFirstConsumer',
    });
    await make({ storageClassName: 'disk' });
    await run('one');
    await told(
      /^ExternalProvisioning: Waiting for a volume to be created either by the external provisioner 'example.com\/disks'/,
    );
    const selected = 'volume.kubernetes.io/selected-node';
    const { metadata } = await client.get(PERSISTENT_VOLUME_CLAIMS, DATA);
    expect(metadata.annotations?.[selected]).to.equal('n1');
    expect((await client.get(PODS, { namespace: 'shop', name: 'one' })).spec.nodeName).to.equal(undefined);
    const body = { metadata: { annotations: { [selected]: null } } };
    await client.patch(PERSISTENT_VOLUME_CLAIMS, DATA, { type: 'merge', body });
    await pending(
      'one',
      'running PreBind plugin "VolumeBinding": binding volumes: provisioning failed for PVC "data"',
    );
  });

  it('keep a pod waiting whose claim is not there, and let it go when it is', async () => {
    await run('one');
    await pending(
      'one',
      '0/1 nodes are available: persistentvolumeclaim "data" not found. preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.',
    );
    await make();
    await scheduled('one');
  });

  it('are not needed where a volume is offered: a claim whose class has no provisioner takes that, and its pod goes there', async () => {
    await client.create(STORAGE_CLASSES, {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'StorageClass',
      metadata: { name: 'disk' },
      provisioner: 'kubernetes.io/no-provisioner',
      volumeBindingMode: 'WaitForFirstConsumer',
    });
    await make({ storageClassName: 'disk' });
    await run('one');
    await pending('one', "1 node(s) didn't find available persistent volumes to bind");
    const { metadata: _, status: __, ...rest } = volume('big', { hostPath: { path: '/big' } });
    await client.create(PERSISTENT_VOLUMES, { ...rest, metadata: { name: 'big' } });
    await scheduled('one');
    expect((await client.get(PERSISTENT_VOLUME_CLAIMS, DATA)).spec?.volumeName).to.equal('big');
  });
});
