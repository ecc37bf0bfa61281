import { expect } from 'chai';
import type { IntOrString } from '../../../../src/kube/kinds/objects.data.ts';
import { claimOf, DATA, decide, podOf, statefulSet, steps } from './notation.ts';

const PARALLEL = { podManagementPolicy: 'Parallel' };
const rolling = (partition: number, maxUnavailable?: IntOrString) => ({
  updateStrategy: {
    type: 'RollingUpdate',
    rollingUpdate: { partition, ...(maxUnavailable === undefined ? {} : { maxUnavailable }) },
  },
});
const ON_DELETE = { updateStrategy: { type: 'OnDelete' } };
const THREE = ['0 ready', '1 ready', '2 ready'];
const OLD_THREE = ['0 ready old', '1 ready old', '2 ready old'];

describe('a stateful set', () => {
  const rows: readonly [string, object, readonly string[], readonly (readonly string[])[]][] = [
    ['makes its first pod, and no other', {}, [], [['+0 new']]],
    ['makes the next when the one before is ready', {}, ['0 ready'], [['+1 new']]],
    ['waits for a pod that runs and is not ready', {}, ['0 running'], []],
    ['waits for a pod to be ready long enough', { minReadySeconds: 10 }, ['0 fresh'], []],
    ['waits for a pod to be gone', {}, ['0 ready', '1 leaving', '2 ready'], []],
    ['makes a lost pod before it looks at later ones', {}, ['0 ready', '2 running'], [['+1 new']]],
    ['replaces a pod that failed', {}, ['0 ready', '1 failed', '2 ready'], [['-1']]],
    ['replaces a pod that ended well', {}, ['0 succeeded'], [['-0']]],
    ['makes all at once in parallel', PARALLEL, [], [['+0 new', '+1 new', '+2 new']]],
    ['counts from its first ordinal', { ordinals: { start: 7 }, replicas: 2 }, ['7 ready'], [['+8 new']]],
    ['rests when all are there', {}, THREE, []],
    ['takes the highest away', { replicas: 1 }, THREE, [['-2']]],
    ['takes away what is below its first ordinal', { ordinals: { start: 1 }, replicas: 2 }, THREE, [['-0']]],
    ['takes nothing away while a pod that stays is not ready', { replicas: 1 }, ['0 running', '1 ready'], []],
    ['waits for the one that goes', { replicas: 1 }, ['0 ready', '1 ready', '2 leaving'], []],
    [
      'waits with the next while one that goes later is not ready',
      { replicas: 1 },
      ['0 ready', '1 running', '2 running'],
      [],
    ],
    [
      'takes a broken one away where no other is',
      { replicas: 1 },
      ['0 ready', '1 ready', '2 running'],
      [['-2']],
    ],
    [
      'takes all away at once in parallel',
      { replicas: 1, ...PARALLEL },
      ['0 running', '1 ready', '2 running'],
      [['-2', '-1']],
    ],
    ['updates the highest first', {}, OLD_THREE, [['-2']]],
    [
      'updates the next when the one before is ready',
      {},
      ['0 ready old', '1 ready old', '2 ready'],
      [['-1']],
    ],
    [
      'updates nothing while the one before is not available',
      { minReadySeconds: 10 },
      ['0 ready old', '1 ready old', '2 fresh'],
      [],
    ],
    ['updates no pod below the partition', rolling(2), ['0 ready old', '1 ready old', '2 ready'], []],
    ['makes a lost pod below the partition as it was', rolling(2), ['1 ready old', '2 ready'], [['+0 old']]],
    ['makes a lost pod above the partition anew', rolling(2), ['0 ready old', '1 ready old'], [['+2 new']]],
    ['updates several at once', rolling(0, 2), OLD_THREE, [['-2', '-1']]],
    [
      'counts what is unavailable already',
      rolling(0, 2),
      ['0 ready old', '1 ready old', '2 ready'],
      [['-1', '-0']],
    ],
    ['rounds a percentage down, and to 1 at least', rolling(0, '50%'), OLD_THREE, [['-2']]],
    [
      'counts pods that do not run in parallel',
      { ...rolling(0, 2), ...PARALLEL },
      ['0 ready old', '1 running old', '2 ready'],
      [['-1']],
    ],
    ['updates a broken pod in parallel', PARALLEL, ['0 ready old', '1 ready old', '2 running old'], [['-2']]],
    ['leaves pods as they are until they are deleted', ON_DELETE, OLD_THREE, []],
    ['makes what was deleted by the new template', ON_DELETE, ['0 ready old', '1 ready old'], [['+2 new']]],
  ];
  for (const [rule, spec, pods, expected] of rows) {
    it(rule, () => expect(steps(statefulSet(spec), pods)).to.deep.equal(expected));
  }

  it('updates pods by their count where the strategy has no partition', () => {
    const set = statefulSet({ updateStrategy: { type: 'RollingUpdate' } }, { currentReplicas: 2 });
    expect(steps(set, ['0 ready old', '1 ready old'])).to.deep.equal([['+2 new']]);
    expect(steps(set, ['0 ready old'])).to.deep.equal([['+1 old']]);
  });

  it('counts those of the current revision that go to be updated', () => {
    const set = statefulSet(PARALLEL);
    const counted = (...pods: string[]) => decide(set, pods).updating;
    expect(counted(...OLD_THREE)).to.equal(1);
    expect(counted(...THREE)).to.equal(0);
    expect(counted('0 ready older', '1 ready older', '2 ready older')).to.equal(0);
  });

  it('gives a pod its labels back', () => {
    const set = statefulSet({ replicas: 1 });
    const pod = podOf(set, '0 ready');
    const stripped = { ...pod, metadata: { ...pod.metadata, labels: { app: 'db' } } };
    expect(steps(set, [stripped])).to.deep.equal([['=0'], ['-0']]);
  });

  it('makes the claims of a pending pod that are missing', () => {
    const set = statefulSet({ replicas: 1, ...DATA });
    expect(steps(set, ['0 pending'])).to.deep.equal([['claims 0']]);
    expect(steps(set, ['0 pending'], [claimOf(0)])).to.deep.equal([]);
  });

  it('makes no pod while a claim goes that belonged to its predecessor', () => {
    const whenScaled = { persistentVolumeClaimRetentionPolicy: { whenScaled: 'Delete' } };
    const set = statefulSet({ replicas: 1, ...DATA, ...whenScaled });
    expect(steps(set, [], [claimOf(0, podOf(set, '0 ready'))])).to.deep.equal([]);
    expect(steps(set, [], [claimOf(0)])).to.deep.equal([['+0 new']]);
  });

  it('gives the claim of a pod that goes to the pod before it goes', () => {
    const whenScaled = { persistentVolumeClaimRetentionPolicy: { whenScaled: 'Delete' } };
    const set = statefulSet({ replicas: 1, ...DATA, ...whenScaled });
    const claims = [claimOf(0), claimOf(1)];
    expect(steps(set, ['0 ready', '1 ready'], claims)).to.deep.equal([['claims 1'], ['-1']]);
  });
});
