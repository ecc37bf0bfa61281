import { expect } from 'chai';
import type { PersistentVolume } from '../../../src/kube/kinds/objects.data.ts';
import { decideRemoval } from '../../../src/orchestrator/node/localvolumes.ts';

/** Of the node `here`, deleted and released, unless something else is said. */
function volume(metadata: object = {}, spec: object = {}, phase = 'Released'): PersistentVolume {
  const matchExpressions = [{ key: 'kubernetes.io/hostname', operator: 'In', values: ['here'] }];
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: {
      name: 'pvc-1',
      deletionTimestamp: '2026-01-01T00:00:00Z',
      finalizers: ['pilotage.dev/local-path'],
      annotations: { 'pv.kubernetes.io/provisioned-by': 'pilotage.dev/local-path' },
      ...metadata,
    },
    spec: {
      local: { path: '/kept/pvc-1' },
      nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions }] } },
      persistentVolumeReclaimPolicy: 'Delete',
      ...spec,
    },
    status: { phase },
  } as PersistentVolume;
}

describe('the directory of a volume', () => {
  const decided = (one: PersistentVolume, node = 'here') => decideRemoval(one, node, '/kept');

  it('goes when its volume is deleted and no claim has it', () => {
    expect(decided(volume())).to.equal('remove');
    expect(decided(volume({ deletionTimestamp: undefined }))).to.equal(undefined);
    expect(decided(volume({}, {}, 'Bound'))).to.equal(undefined);
  });

  it('is none of the business of another node, nor of one that did not provision it', () => {
    expect(decided(volume(), 'there')).to.equal(undefined);
    expect(decided(volume({ annotations: {} }))).to.equal(undefined);
    expect(decided(volume({ finalizers: [] }))).to.equal(undefined);
  });

  it('stays where the volume is to be retained, and where it is not the one of that name below the root', () => {
    expect(decided(volume({}, { persistentVolumeReclaimPolicy: 'Retain' }))).to.equal('let go');
    expect(decided(volume({}, { local: { path: '/etc' } }))).to.equal('let go');
    expect(decided(volume({}, { local: { path: '/kept/pvc-2' } }))).to.equal('let go');
  });
});
