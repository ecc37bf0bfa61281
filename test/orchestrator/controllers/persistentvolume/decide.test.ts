import { expect } from 'chai';
import type { PersistentVolume } from '../../../../src/kube/kinds/objects.data.ts';
import {
  type ClaimObserved,
  decideClaim,
} from '../../../../src/orchestrator/controllers/persistentvolume/decide.ts';
import { claim, ref, storageClass, volume } from './notation.ts';

const COMPLETED = { 'pv.kubernetes.io/bind-completed': 'yes' };
const SELECTED = { 'volume.kubernetes.io/selected-node': 'n1' };
const LATE = storageClass({ volumeBindingMode: 'WaitForFirstConsumer' });

/** `bind small`, `wait FailedBinding: …`, `ask example.com/disks`. */
function decided(
  one = claim(),
  volumes: readonly PersistentVolume[] = [],
  more: Partial<ClaimObserved> = {},
): string {
  const action = decideClaim({ claim: one, volumes, class: storageClass(), unscheduled: [], ...more });
  if (action.type === 'bind') return `bind ${action.volume.metadata.name}`;
  if (action.type === 'ask') return `ask ${action.provisioner}`;
  if (action.type === 'name class') return `name class ${action.name}`;
  const { reason, message } = action.happening ?? {};
  return reason === undefined ? action.type : `${action.type} ${reason}: ${message}`;
}

describe('a claim that takes any volume', () => {
  it('gets the smallest that is large enough, of its class, with its access modes and not more than it needs', () => {
    const large = volume('large', { capacity: { storage: '8Gi' } });
    const shared = volume('shared', { accessModes: ['ReadWriteOnce', 'ReadWriteMany'] });
    const tiny = volume('tiny', { capacity: { storage: '512Mi' } });
    const foreign = volume('foreign', { storageClassName: 'tape' });
    expect(
      decided(claim(), [foreign, tiny, large, shared, volume('right', { capacity: { storage: '2Gi' } })]),
    ).to.equal('bind right');
    expect(decided(claim({ accessModes: ['ReadWriteMany'] }), [large, shared])).to.equal('bind shared');
    expect(decided(claim(), [shared, large])).to.equal('bind large');
  });

  it('gets none that is taken, deleted, not available yet, of another mode, or that its selector does not name', () => {
    const away = { ...volume('away'), status: { phase: 'Pending' as const } };
    const gone = volume('gone', {}, { deletionTimestamp: '2026-01-01T00:00:00Z' });
    const others = [
      volume('taken', ref('other', 'other')),
      gone,
      away,
      volume('raw', { volumeMode: 'Block' }),
    ];
    expect(decided(claim(), others)).to.equal('ask example.com/disks');
    const selector = { matchLabels: { speed: 'high' } };
    expect(
      decided(claim({ selector }), [volume('slow'), volume('fast', {}, { labels: { speed: 'high' } })]),
    ).to.equal('bind fast');
  });

  it('gets the one that is reserved for it by name, however large, and not one that was for an earlier claim of that name', () => {
    const reserved = volume('mine', { ...ref(''), capacity: { storage: '8Gi' } });
    expect(decided(claim(), [volume('small'), reserved])).to.equal('bind mine');
    expect(decided(claim(), [volume('old', ref('before'))])).to.equal('ask example.com/disks');
  });

  it('waits for its first pod where its class says so, and names the pods that wait for it', () => {
    expect(decided(claim(), [volume('free')], { class: LATE })).to.equal(
      'wait WaitForFirstConsumer: waiting for first consumer to be created before binding',
    );
    expect(decided(claim(), [], { class: LATE, unscheduled: ['web'] })).to.equal(
      'wait WaitForPodScheduled: waiting for pod web to be scheduled',
    );
    expect(decided(claim(), [], { class: LATE, unscheduled: ['b', 'a'] })).to.contain(
      'waiting for pods a,b to be',
    );
    expect(decided(claim({}, SELECTED), [], { class: LATE })).to.equal('ask example.com/disks');
    expect(decided(claim(), [volume('mine', ref(''))], { class: LATE })).to.equal('bind mine');
  });

  it('says that its class is not there, that nothing provisions it, or that it has none', () => {
    expect(decided(claim(), [], { class: undefined })).to.equal(
      'wait ProvisioningFailed: storageclass.storage.k8s.io "disk" not found',
    );
    expect(
      decided(claim(), [], { class: storageClass({ provisioner: 'kubernetes.io/no-provisioner' }) }),
    ).to.equal('wait ProvisioningFailed: no volume plugin matched name: kubernetes.io/no-provisioner');
    const none =
      'wait FailedBinding: no persistent volumes available for this claim and no storage class is set';
    expect(decided(claim({ storageClassName: '' }), [], { class: undefined, defaultClass: 'disk' })).to.equal(
      none,
    );
    expect(decided(claim({ storageClassName: undefined }), [], { class: undefined })).to.equal(none);
  });

  it('gets the default class where it was made before there was one', () => {
    const old = claim({ storageClassName: undefined });
    expect(decided(old, [], { class: undefined, defaultClass: 'disk' })).to.equal('name class disk');
  });
});

describe('a claim that names its volume', () => {
  const named = claim({ volumeName: 'mine' });

  it('gets that one, free or reserved for it', () => {
    expect(decided(named, [volume('other'), volume('mine')])).to.equal('bind mine');
    expect(decided(named, [volume('mine', ref(''))])).to.equal('bind mine');
    expect(decided(named, [volume('mine', ref())])).to.equal('bind mine');
  });

  it('waits while that is not there, and says why it cannot have it', () => {
    expect(decided(named, [volume('other')])).to.equal('wait');
    expect(decided(named, [volume('mine', ref('other', 'other'))])).to.equal(
      'wait FailedBinding: volume "mine" already bound to a different claim.',
    );
    const refused = (spec: object, more: object = {}) => decided(named, [volume('mine', spec, more)]);
    const because = 'wait VolumeMismatch: Cannot bind to requested volume "mine": ';
    expect(refused({ capacity: { storage: '1Mi' } })).to.equal(`${because}requested PV is too small`);
    expect(refused({ storageClassName: '' })).to.equal(`${because}storageClassName does not match`);
    expect(refused({ volumeAttributesClassName: 'gold' })).to.equal(
      `${because}volumeAttributesClassName does not match`,
    );
    expect(refused({ volumeMode: 'Block' })).to.equal(`${because}incompatible volumeMode`);
    expect(refused({ accessModes: ['ReadOnlyMany'] })).to.equal(`${because}incompatible accessMode`);
    expect(refused({}, { deletionTimestamp: 'now' })).to.equal(
      `${because}the volume is marked for deletion "mine"`,
    );
  });
});

describe('a claim that has been bound', () => {
  const bound = (volumeName: string) => claim({ volumeName }, COMPLETED, 'Bound');

  it('stays bound to its own volume, and is bound again where the volume forgot', () => {
    expect(decided(bound('mine'), [volume('mine', ref())])).to.equal('bind mine');
    expect(decided(bound('mine'), [volume('mine')])).to.equal('bind mine');
  });

  it('has lost its data where the volume, or its name, is gone, or where another claim has it', () => {
    expect(decided(bound('mine'))).to.equal(
      'lose ClaimLost: Bound claim has lost its PersistentVolume. Data on the volume is lost!',
    );
    expect(decided(bound(''))).to.equal(
      'lose ClaimLost: Bound claim has lost reference to PersistentVolume. Data on the volume is lost!',
    );
    expect(decided(bound('mine'), [volume('mine', ref('other'))])).to.equal(
      'lose ClaimMisbound: Two claims are bound to the same volume, this one is bound incorrectly',
    );
  });
});
