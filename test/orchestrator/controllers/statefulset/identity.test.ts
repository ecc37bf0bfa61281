import { expect } from 'chai';
import { claimWork } from '../../../../src/orchestrator/controllers/statefulset/claims.ts';
import {
  conforming,
  isMember,
  newPod,
  ordinalOf,
} from '../../../../src/orchestrator/controllers/statefulset/identity.ts';
import { claimOf, DATA, NEW, podOf, statefulSet } from './notation.ts';

describe('the identity of a stateful pod', () => {
  const named = (name: string) => ({ ...podOf(statefulSet(), '0 ready'), metadata: { name } });

  it('is its name: that of the set and a number', () => {
    expect(ordinalOf(named('db-12'))).to.equal(12);
    expect(ordinalOf(named('db-x'))).to.equal(-1);
    expect(ordinalOf(named('db-99999999999'))).to.equal(-1);
    expect(isMember(statefulSet(), named('db-3'))).to.equal(true);
    expect(isMember(statefulSet(), named('db-3-4'))).to.equal(false);
    expect(isMember(statefulSet(), named('web-3'))).to.equal(false);
  });

  it('is left out of the subdomain where the set names no Service', () => {
    expect(newPod(statefulSet({ serviceName: undefined }), NEW, 0).spec).to.not.have.property('subdomain');
  });

  it('brings a volume for each claim, in the place of one of the same name', () => {
    const volumes = [
      { name: 'data', emptyDir: {} },
      { name: 'tmp', emptyDir: {} },
    ];
    const template = { ...NEW.template, spec: { ...NEW.template.spec, volumes } };
    expect(newPod(statefulSet(DATA), { ...NEW, template }, 1).spec.volumes).to.deep.equal([
      { name: 'data', persistentVolumeClaim: { claimName: 'data-db-1' } },
      { name: 'tmp', emptyDir: {} },
    ]);
  });

  it('is given back where labels or volumes are missing, and is the same where they are not', () => {
    const set = statefulSet(DATA);
    const pod = podOf(set, '1 ready');
    expect(conforming(set, pod)).to.equal(pod);
    const bare = { ...pod, metadata: { ...pod.metadata, labels: { app: 'db' } }, spec: { containers: [] } };
    expect(conforming(set, bare).metadata.labels).to.include({
      'statefulset.kubernetes.io/pod-name': 'db-1',
      'apps.kubernetes.io/pod-index': '1',
    });
    expect(conforming(set, bare).spec.volumes).to.have.length(1);
  });
});

describe('the claims of a stateful pod', () => {
  const DELETE = { whenDeleted: 'Delete', whenScaled: 'Delete' };
  const setWith = (policy: object) =>
    statefulSet({ replicas: 1, ...DATA, persistentVolumeClaimRetentionPolicy: policy });
  const stays = podOf(statefulSet(), '0 ready');
  const goes = podOf(statefulSet(), '1 ready');
  const owners = (policy: object, pod = stays, ...had: (typeof stays | ReturnType<typeof statefulSet>)[]) => {
    const { owned } = claimWork(setWith(policy), pod, () => claimOf(0, ...had));
    return owned[0]?.owners.map(({ kind }) => kind);
  };

  it('are owned as the retention policy says', () => {
    expect(owners({})).to.equal(undefined);
    expect(owners({}, stays, statefulSet())).to.deep.equal([]);
    expect(owners({ whenDeleted: 'Delete' })).to.deep.equal(['StatefulSet']);
    expect(owners({ whenDeleted: 'Delete' }, stays, statefulSet())).to.equal(undefined);
    expect(owners({ whenScaled: 'Delete' })).to.equal(undefined);
    expect(owners({ whenScaled: 'Delete' }, goes)).to.deep.equal(['Pod']);
    expect(owners(DELETE)).to.deep.equal(['StatefulSet']);
    expect(owners(DELETE, goes, statefulSet())).to.deep.equal(['Pod']);
    expect(owners(DELETE, goes, goes)).to.equal(undefined);
  });

  it('are left to whoever else manages them, and said to be', () => {
    const other = { ...statefulSet(), metadata: { name: 'operator', uid: 'operator' } };
    const work = claimWork(setWith(DELETE), stays, () => claimOf(0, other, statefulSet()));
    expect(work.conflicting).to.deep.equal(['data-db-0']);
    expect(work.owned[0]?.owners.map(({ name }) => name)).to.deep.equal(['operator']);
    expect(owners(DELETE, stays, other)).to.equal(undefined);
  });

  it('are left to the garbage collector where an earlier object of the same name owns them', () => {
    const earlier = { ...statefulSet(), metadata: { name: 'db', uid: 'earlier' } };
    expect(owners(DELETE, stays, earlier)).to.equal(undefined);
  });

  it('keep a pod waiting while they are being deleted', () => {
    const claim = claimOf(0);
    const going = { ...claim, metadata: { ...claim.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } };
    expect(claimWork(setWith({}), stays, () => going).leaving).to.deep.equal(['data-db-0']);
  });
});
