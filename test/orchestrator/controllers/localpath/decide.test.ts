import { expect } from 'chai';
import type { Node, PersistentVolume } from '../../../../src/kube/kinds/objects.data.ts';
import { decideProvision, decideReclaim } from '../../../../src/orchestrator/controllers/localpath/decide.ts';
import { claim, ref, storageClass, volume } from '../persistentvolume/notation.ts';

const ASKED = { 'volume.kubernetes.io/storage-provisioner': 'pilotage.dev/local-path' };
const SELECTED = { ...ASKED, 'volume.kubernetes.io/selected-node': 'n1' };
const LOCAL = storageClass({ provisioner: 'pilotage.dev/local-path', reclaimPolicy: 'Delete' });
const node = (annotations: object = { 'pilotage.dev/local-path-root': '/kept' }): Node => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: 'n1', labels: { 'kubernetes.io/hostname': 'host-1' }, annotations: { ...annotations } },
});

/** `create`, `refuse: …`, `give back: …`, `nothing`. */
function decided(
  spec: object,
  annotations: Record<string, string> = SELECTED,
  storage = LOCAL,
  at: Node | undefined = node(),
) {
  const action = decideProvision({ claim: claim(spec, annotations), class: storage, node: at });
  if (!action || action.type === 'create') return action?.type ?? 'nothing';
  return `${action.type}: ${action.message}`;
}

describe('the provisioner of directories', () => {
  it('makes a volume on the selected node, below its root, for that claim alone, with the policy of the class', () => {
    const action = decideProvision({ claim: claim({}, SELECTED), class: LOCAL, node: node() });
    if (action?.type !== 'create') throw new Error('nothing is made');
    const { metadata, spec } = action.volume;
    expect(metadata).to.deep.equal({
      name: 'pvc-data',
      annotations: { 'pv.kubernetes.io/provisioned-by': 'pilotage.dev/local-path' },
      finalizers: ['pilotage.dev/local-path'],
    });
    expect(spec).to.deep.include({
      local: { path: '/kept/pvc-data' },
      capacity: { storage: '1Gi' },
      persistentVolumeReclaimPolicy: 'Delete',
      storageClassName: 'disk',
    });
    expect(spec?.claimRef?.uid).to.equal('data');
    expect(JSON.stringify(spec?.nodeAffinity)).to.contain('"values":["host-1"]');
  });

  it('marks nothing that is to be retained', () => {
    const action = decideProvision({
      claim: claim({}, SELECTED),
      class: { ...LOCAL, reclaimPolicy: 'Retain' },
      node: node(),
    });
    if (action?.type !== 'create') throw new Error('nothing is made');
    expect(action.volume.metadata.finalizers).to.equal(undefined);
    expect(action.volume.spec?.persistentVolumeReclaimPolicy).to.equal('Retain');
  });

  it('does nothing for a claim that asks another, has a volume, or is gone', () => {
    expect(decided({}, { 'volume.kubernetes.io/storage-provisioner': 'example.com/disks' })).to.equal(
      'nothing',
    );
    expect(decided({}, {})).to.equal('nothing');
    expect(decided({ volumeName: 'pvc-data' })).to.equal('nothing');
  });

  it('says what a directory cannot be', () => {
    expect(decided({ accessModes: ['ReadWriteMany'] })).to.equal(
      'refuse: access mode ReadWriteMany is not supported: a directory serves the pods of one node (ReadWriteOnce, ReadWriteOncePod)',
    );
    expect(decided({ volumeMode: 'Block' })).to.contain('refuse: volumeMode Block is not supported');
    expect(decided({ selector: {} })).to.contain('refuse: claim.spec.selector is not supported');
    expect(decided({ dataSource: { kind: 'PersistentVolumeClaim', name: 'old' } })).to.contain(
      'refuse: a data source',
    );
    expect(decided({}, SELECTED, { ...LOCAL, parameters: { path: '/' } })).to.equal(
      'refuse: parameter "path" of the StorageClass is not known',
    );
    expect(decided({}, SELECTED, { ...LOCAL, mountOptions: ['ro'] })).to.contain('refuse: mountOptions');
  });

  it('says that it needs a node, and one that keeps volumes; gives a claim back whose node is gone', () => {
    expect(decided({}, ASKED)).to.contain('its class must say volumeBindingMode: WaitForFirstConsumer');
    expect(decided({}, SELECTED, LOCAL, node({}))).to.equal(
      'refuse: node "n1" keeps no volumes: it has no annotation pilotage.dev/local-path-root',
    );
    const action = decideProvision({ claim: claim({}, SELECTED), class: LOCAL, node: undefined });
    expect(action).to.deep.equal({ type: 'give back', message: 'node "n1" not found' });
  });
});

describe('a volume of the provisioner', () => {
  const MADE = { annotations: { 'pv.kubernetes.io/provisioned-by': 'pilotage.dev/local-path' } };
  const MARKED = { ...MADE, finalizers: ['pilotage.dev/local-path'] };
  const released = (policy: string, more: object): PersistentVolume => ({
    ...volume('pvc-data', { ...ref(), persistentVolumeReclaimPolicy: policy }, more),
    status: { phase: 'Released' },
  });

  it('is deleted when it is released, unless it is to be retained, is deleted already, or is none of its own', () => {
    expect(decideReclaim(released('Delete', MARKED))).to.equal('delete');
    expect(decideReclaim(released('Retain', MARKED))).to.equal(undefined);
    expect(decideReclaim(released('Delete', { ...MARKED, deletionTimestamp: 'now' }))).to.equal(undefined);
    expect(decideReclaim(released('Delete', {}))).to.equal(undefined);
    expect(decideReclaim({ ...released('Delete', MARKED), status: { phase: 'Bound' } })).to.equal(undefined);
  });

  it('is marked first where its policy became Delete later, so that its directory goes with it', () => {
    expect(decideReclaim(released('Delete', MADE))).to.equal('mark');
  });
});
