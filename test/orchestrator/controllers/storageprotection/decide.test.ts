import { expect } from 'chai';
import type { PersistentVolumeClaim, Pod, Volume } from '../../../../src/kube/kinds/objects.data.ts';
import { claimNames } from '../../../../src/kube/kinds/volumes/claimnames.ts';
import {
  decideProtection,
  usesClaim,
} from '../../../../src/orchestrator/controllers/storageprotection/decide.ts';
import { NOW } from '../notation.ts';

const FINALIZER = 'kubernetes.io/pvc-protection';
const DELETED = { deletionTimestamp: new Date(NOW).toISOString() };

const claim = (name: string, more: object = {}): PersistentVolumeClaim => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name, namespace: 'shop', ...more },
});
const pod = (volumes: readonly Volume[], nodeName?: string, metadata: object = {}): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web', namespace: 'shop', uid: 'web-uid', ...metadata },
  spec: { containers: [], volumes, ...(nodeName === undefined ? {} : { nodeName }) },
});

describe('the protection of storage', () => {
  it('is added where it is missing, taken off where it is deleted and unused, and left alone otherwise', () => {
    const decide = (more: object) => decideProtection(claim('data', more), FINALIZER);
    expect(decide({})).to.equal('add');
    expect(decide({ finalizers: [FINALIZER] })).to.equal(undefined);
    expect(decide({ ...DELETED, finalizers: [FINALIZER] })).to.equal('ask');
    expect(decide({ ...DELETED, finalizers: ['example.com/mine'] })).to.equal(undefined);
  });

  it('holds a claim for a pod that has a node, and not for one that waits', () => {
    const volumes = [{ name: 'v', persistentVolumeClaim: { claimName: 'data' } }];
    expect(usesClaim(pod(volumes, 'n1'), claim('data'))).to.equal(true);
    expect(usesClaim(pod(volumes, 'n1'), claim('other'))).to.equal(false);
    expect(usesClaim(pod(volumes), claim('data'))).to.equal(false);
  });

  it('holds the claim of an ephemeral volume for its own pod, until the node is done with that', () => {
    const volumes = [{ name: 'scratch', ephemeral: {} }];
    const owner = { apiVersion: 'v1', kind: 'Pod', name: 'web', uid: 'web-uid', controller: true };
    const own = claim('web-scratch', { ownerReferences: [owner] });
    expect(claimNames(pod(volumes))).to.deep.equal(['web-scratch']);
    expect(usesClaim(pod(volumes, 'n1'), own)).to.equal(true);
    expect(usesClaim(pod(volumes, 'n1'), claim('web-scratch'))).to.equal(false);
    const done = { ...DELETED, deletionGracePeriodSeconds: 0 };
    expect(usesClaim(pod(volumes, 'n1', done), own)).to.equal(false);
  });
});
