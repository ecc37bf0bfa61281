import { expect } from 'chai';
import {
  boundClaim,
  claimStatus,
} from '../../../../src/orchestrator/controllers/persistentvolume/claimstatus.ts';
import { claim, volume } from './notation.ts';

const disk = volume('disk', { capacity: { storage: '2Gi' }, volumeAttributesClassName: 'gold' });

describe('a claim as it is bound', () => {
  it('says who chose the volume, and that binding is complete', () => {
    expect(boundClaim(claim(), disk).metadata.annotations).to.deep.equal({
      'pv.kubernetes.io/bound-by-controller': 'yes',
      'pv.kubernetes.io/bind-completed': 'yes',
    });
    const named = boundClaim(claim({ volumeName: 'disk' }), disk);
    expect(named.metadata.annotations).to.deep.equal({ 'pv.kubernetes.io/bind-completed': 'yes' });
    expect(boundClaim(named, disk)).to.equal(named);
  });

  it('has what its volume has, once: a file system may be smaller than its device later', () => {
    const status = claimStatus(claim(), 'Bound', disk);
    expect(status).to.deep.equal({
      phase: 'Bound',
      accessModes: ['ReadWriteOnce'],
      capacity: { storage: '2Gi' },
      currentVolumeAttributesClassName: 'gold',
    });
    const smaller = { ...status, capacity: { storage: '1Gi' } };
    expect(claimStatus({ ...claim(), status: smaller }, 'Bound', disk)).to.deep.equal(smaller);
  });

  it('has nothing while it has no volume', () => {
    const bound = { ...claim(), status: claimStatus(claim(), 'Bound', disk) };
    expect(claimStatus(bound, 'Lost')).to.deep.equal({ phase: 'Lost' });
  });
});
