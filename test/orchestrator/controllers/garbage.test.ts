import { expect } from 'chai';
import type { KubeObject } from '../../../src/kube/values/types.ts';
import { decideGarbage, type OwnerState } from '../../../src/orchestrator/controllers/garbage/decide.ts';
import { ago } from './notation.ts';

describe('garbage collection', () => {
  const object = (finalizers: readonly string[] = [], leaving = false): KubeObject => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name: 'a',
      namespace: 'n',
      uid: 'a',
      finalizers,
      ...(leaving ? { deletionTimestamp: ago(1) } : {}),
    },
  });
  const dependent = (blockOwnerDeletion: boolean): KubeObject => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name: 'd',
      namespace: 'n',
      uid: 'd',
      ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'a', uid: 'a', blockOwnerDeletion }],
    },
  });
  const decide = (owners: readonly OwnerState[], dependents: readonly KubeObject[] = [], one = object()) =>
    decideGarbage(
      one,
      owners.map((state, i) => ({
        state,
        reference: { apiVersion: 'v1', kind: 'X', name: `o${i}`, uid: `o${i}` },
      })),
      (uid) => (uid === one.metadata.uid ? dependents : []),
    );

  it('keeps what has an owner, or never had one, or whose owner nobody can look up', () => {
    for (const owners of [['solid'], [], ['unknown'], ['absent', 'unknown']] as const) {
      expect(decide(owners).type).to.equal('none');
    }
  });

  it('deletes what has lost all owners, and only forgets the lost ones where one is left', () => {
    expect(decide(['absent', 'absent'])).to.deep.equal({ type: 'delete', policy: 'Background' });
    expect(decide(['absent', 'solid'])).to.deep.equal({ type: 'disown', uids: ['o0'] });
  });

  it('goes down through the levels in the foreground', () => {
    expect(decide(['waiting'], [dependent(true)])).to.deep.equal({ type: 'delete', policy: 'Foreground' });
    expect(decide(['waiting'])).to.deep.equal({ type: 'delete', policy: 'Background' });
  });

  it('lets an owner go in the foreground when no dependent blocks it any more', () => {
    const owner = object(['foregroundDeletion'], true);
    expect(decide([], [dependent(true)], owner).type).to.equal('await');
    expect(decide([], [dependent(false)], owner)).to.deep.equal({
      type: 'finish',
      finalizer: 'foregroundDeletion',
    });
  });

  /** Each is owned by the one before it, the first by the last; all are deleted in the foreground but for `staying`. */
  const circle = (length: number, staying?: number): readonly KubeObject[] =>
    Array.from({ length }, (_, i) => {
      const owner = String((i + length - 1) % length);
      const { metadata, ...rest } = object(['foregroundDeletion'], i !== staying);
      const ownerReferences = [
        { apiVersion: 'v1', kind: 'ConfigMap', name: owner, uid: owner, blockOwnerDeletion: true },
      ];
      return { ...rest, metadata: { ...metadata, uid: String(i), ownerReferences } };
    });
  const ownedBy = (all: readonly KubeObject[]) => (uid: string) =>
    all.filter(({ metadata }) => metadata.ownerReferences?.some((owner) => owner.uid === uid));

  it('unblocks owners that wait for each other, whatever the length of the circle', () => {
    for (const length of [1, 2, 3, 40]) {
      const all = circle(length);
      for (const one of all) expect(decideGarbage(one, [], ownedBy(all))).to.deep.equal({ type: 'unblock' });
    }
  });

  it('pushes only dependents that are not yet leaving, so that two never push each other', () => {
    const all = circle(3, 1);
    const types = all.map((one, i) => (i === 1 ? 'stays' : decideGarbage(one, [], ownedBy(all)).type));
    expect(types).to.deep.equal(['await', 'stays', 'none']);
  });

  it('takes references off before an orphaning owner goes', () => {
    expect(decide([], [dependent(true)], object(['orphan'], true)).type).to.equal('orphan');
  });
});
