import { expect } from 'chai';
import type { PersistentVolume } from '../../../../src/kube/kinds/objects.data.ts';
import { decideVolume } from '../../../../src/orchestrator/controllers/persistentvolume/decidevolume.ts';
import { claim, ref, volume } from './notation.ts';

const BY_US = { annotations: { 'pv.kubernetes.io/bound-by-controller': 'yes' } };
const MADE = { annotations: { 'pv.kubernetes.io/provisioned-by': 'example.com/disks' } };
const MINE = claim({ volumeName: 'mine' });
const GONE = undefined;

const inPhase = (phase: string, spec: object = {}, more: object = {}) =>
  ({ ...volume('mine', spec, more), status: { phase } }) as PersistentVolume;

describe('a volume', () => {
  it('is available while it has no claim, or is reserved by a name alone', () => {
    expect(decideVolume(inPhase('Pending'), GONE)).to.deep.equal({ type: 'phase', phase: 'Available' });
    expect(decideVolume(inPhase('Pending', ref('')), GONE)).to.deep.equal({
      type: 'phase',
      phase: 'Available',
    });
    expect(decideVolume(inPhase('Available'), GONE)).to.equal(undefined);
  });

  it('is bound when its claim names it; before that its claim is looked at', () => {
    expect(decideVolume(inPhase('Available', ref()), MINE)).to.deep.equal({ type: 'phase', phase: 'Bound' });
    expect(decideVolume(inPhase('Bound', ref()), MINE)).to.equal(undefined);
    expect(decideVolume(inPhase('Bound', ref()), claim())).to.deep.equal({ type: 'claim' });
  });

  it('tells both sides where their modes differ', () => {
    const action = decideVolume(inPhase('Available', { ...ref(), volumeMode: 'Block' }), claim());
    if (action?.type !== 'tell') throw new Error('nobody is told');
    expect(action.volume.message).to.equal(
      'Cannot bind PersistentVolume to requested PersistentVolumeClaim "data" due to incompatible volumeMode.',
    );
    expect(action.claim.message).to.equal(
      'Cannot bind PersistentVolume "mine" to requested PersistentVolumeClaim due to incompatible volumeMode.',
    );
  });

  it('is released when its claim is gone, and then kept, or left to its provisioner', () => {
    expect(decideVolume(inPhase('Bound', ref()), GONE)).to.deep.equal({ type: 'phase', phase: 'Released' });
    expect(decideVolume(inPhase('Released', ref()), GONE)).to.equal(undefined);
    const spec = { ...ref(), persistentVolumeReclaimPolicy: 'Delete' };
    expect(decideVolume(inPhase('Released', spec, MADE), GONE)).to.equal(undefined);
  });

  it('has failed where nothing recycles or deletes it, and is not tried for ever', () => {
    const failing = (policy: string) => {
      const action = decideVolume(
        inPhase('Released', { ...ref(), persistentVolumeReclaimPolicy: policy }),
        GONE,
      );
      return action?.type === 'fail'
        ? `${action.happening.reason}: ${action.happening.message}`
        : action?.type;
    };
    expect(failing('Recycle')).to.equal('VolumeFailedRecycle: No recycler plugin found for the volume!');
    expect(failing('Delete')).to.equal(
      'VolumeFailedDelete: error getting deleter volume plugin for volume "mine": no deletable volume plugin matched',
    );
    const spec = { ...ref(), persistentVolumeReclaimPolicy: 'Delete' };
    expect(decideVolume(inPhase('Failed', spec), GONE)).to.equal(undefined);
  });

  it('is free again where its claim took another: wholly where the controller chose it, reserved where a person did', () => {
    const elsewhere = claim({ volumeName: 'other' });
    const chosen = decideVolume(inPhase('Bound', ref(), BY_US), elsewhere);
    if (chosen?.type !== 'unbind') throw new Error('it stays');
    expect(chosen.volume.spec?.claimRef).to.equal(undefined);
    expect(chosen.volume.metadata.annotations).to.deep.equal({});
    const reserved = decideVolume(inPhase('Bound', ref()), elsewhere);
    if (reserved?.type !== 'unbind') throw new Error('it stays');
    expect(reserved.volume.spec?.claimRef).to.deep.equal({ namespace: 'shop', name: 'data' });
    const spare = { ...ref(), persistentVolumeReclaimPolicy: 'Delete' };
    expect(decideVolume(inPhase('Bound', spare, MADE), elsewhere)).to.deep.equal({
      type: 'phase',
      phase: 'Released',
    });
  });
});
