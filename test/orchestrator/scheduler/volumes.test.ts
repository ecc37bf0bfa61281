import { expect } from 'chai';
import type {
  Node,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  StorageClass,
} from '../../../src/kube/kinds/objects.data.ts';
import { podVolumes, volumesOn } from '../../../src/orchestrator/scheduler/volumes.ts';
import { placed as placedIn } from './notation.ts';

const node = (name: string): Node => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name, labels: { 'kubernetes.io/hostname': name } },
  status: { allocatable: { cpu: '4', memory: '4Gi', pods: '10' } },
});
const pod = (...claims: readonly string[]): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web', namespace: 'shop', uid: 'web' },
  spec: {
    containers: [],
    volumes: claims.map((claimName) => ({ name: claimName, persistentVolumeClaim: { claimName } })),
  },
});
const claim = (
  name: string,
  spec: object = {},
  annotations: Record<string, string> = {},
): PersistentVolumeClaim => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name, namespace: 'shop', uid: name, annotations },
  spec: {
    accessModes: ['ReadWriteOnce'],
    resources: { requests: { storage: '1Gi' } },
    storageClassName: 'late',
    ...spec,
  },
});
const bound = (name: string, volumeName: string, spec: object = {}) =>
  claim(name, { volumeName, ...spec }, { 'pv.kubernetes.io/bind-completed': 'yes' });
/** On one node alone, if one is named. */
const volume = (name: string, on?: string, spec: object = {}): PersistentVolume => ({
  apiVersion: 'v1',
  kind: 'PersistentVolume',
  metadata: { name },
  spec: {
    accessModes: ['ReadWriteOnce'],
    capacity: { storage: '1Gi' },
    storageClassName: 'late',
    ...(on === undefined
      ? {}
      : {
          nodeAffinity: {
            required: {
              nodeSelectorTerms: [
                { matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: [on] }] },
              ],
            },
          },
        }),
    ...spec,
  },
  status: { phase: 'Available' },
});

const CLASSES: Readonly<Record<string, Partial<StorageClass>>> = {
  late: { provisioner: 'example.com/disks', volumeBindingMode: 'WaitForFirstConsumer' },
  static: { provisioner: 'kubernetes.io/no-provisioner', volumeBindingMode: 'WaitForFirstConsumer' },
  now: { provisioner: 'example.com/disks', volumeBindingMode: 'Immediate' },
};

interface Known {
  readonly claims?: readonly PersistentVolumeClaim[];
  readonly volumes?: readonly PersistentVolume[];
  readonly used?: readonly string[];
}

const found = (one: Pod, { claims = [], volumes = [], used = [] }: Known) =>
  podVolumes(one, {
    claim: (_, name) => claims.find(({ metadata }) => metadata.name === name),
    volumes: () => volumes,
    class: (name) =>
      CLASSES[name] &&
      ({ apiVersion: 'v1', kind: 'StorageClass', metadata: { name }, ...CLASSES[name] } as StorageClass),
    isUsed: ({ metadata }) => used.includes(metadata.name ?? ''),
  });

/** The node, or why there is none, of `n1` and `n2`. */
const placed = (one: Pod, known: Known): string =>
  placedIn(one, { nodes: [node('n1'), node('n2')], volumes: found(one, known) });

/** What has to be done on a node: `data → disk` is bound, `data` is provisioned. */
function needs(one: Pod, known: Known, on: string): readonly string[] {
  const volumes = found(one, known);
  if (volumes.type !== 'claims') throw new Error(volumes.type);
  const result = volumesOn(volumes, node(on));
  if (!result.ok) return result.reasons;
  const { bindings, provisions } = result.needs;
  return [
    ...bindings.map((each) => `${each.claim.metadata.name} → ${each.volume.metadata.name}`),
    ...provisions.map(({ metadata }) => metadata.name ?? ''),
  ];
}

describe('the scheduler, where a pod has claims', () => {
  const nowhere = '0/2 nodes are available: ';

  it('waits for a claim that is not there, is deleted, has lost its volume, or is not bound although its class waits for nobody', () => {
    expect(placed(pod('data'), {})).to.equal(`${nowhere}persistentvolumeclaim "data" not found.`);
    const gone = { ...claim('data'), metadata: { name: 'data', deletionTimestamp: 'now' } };
    expect(placed(pod('data'), { claims: [gone] })).to.equal(
      `${nowhere}persistentvolumeclaim "data" is being deleted.`,
    );
    const lost = { ...bound('data', 'disk'), status: { phase: 'Lost' as const } };
    expect(placed(pod('data'), { claims: [lost] })).to.equal(
      `${nowhere}persistentvolumeclaim "data" bound to non-existent persistentvolume "disk".`,
    );
    for (const storageClassName of ['now', '', 'unknown'])
      expect(placed(pod('data'), { claims: [claim('data', { storageClassName })] })).to.equal(
        `${nowhere}pod has unbound immediate PersistentVolumeClaims.`,
      );
    const named = claim('data', { volumeName: 'disk' });
    expect(placed(pod('data'), { claims: [named] })).to.contain('unbound immediate');
  });

  it('waits for the claim of an ephemeral volume that nobody has made', () => {
    const one = { ...pod(), spec: { containers: [], volumes: [{ name: 'scratch', ephemeral: {} }] } };
    expect(placed(one, {})).to.equal(
      `${nowhere}waiting for ephemeral volume controller to create the persistentvolumeclaim "web-scratch".`,
    );
  });

  it('goes where the data is, and nowhere where that is not reached', () => {
    expect(
      placed(pod('data'), { claims: [bound('data', 'disk')], volumes: [volume('disk', 'n2')] }),
    ).to.equal('n2');
    expect(
      placed(pod('data'), { claims: [bound('data', 'disk')], volumes: [volume('disk', 'n3')] }),
    ).to.equal(`${nowhere}2 node(s) didn't match PersistentVolume's node affinity.`);
    expect(placed(pod('data'), { claims: [bound('data', 'disk')] })).to.equal(
      `${nowhere}2 node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s).`,
    );
    expect(placed(pod(), {})).to.equal('n1');
  });

  it('takes what there is on a node for claims that wait for it, and has the rest provisioned', () => {
    const claims = [claim('a'), claim('b')];
    const volumes = [volume('disk', 'n2')];
    expect(needs(pod('a', 'b'), { claims, volumes }, 'n2')).to.deep.equal(['a → disk', 'b']);
    expect(needs(pod('a', 'b'), { claims, volumes }, 'n1')).to.deep.equal(['a', 'b']);
  });

  it('goes to the node that an earlier pod of the claim went to', () => {
    const selected = claim('data', {}, { 'volume.kubernetes.io/selected-node': 'n2' });
    expect(placed(pod('data'), { claims: [selected], volumes: [volume('disk', 'n1')] })).to.equal('n2');
  });

  it('goes nowhere where nothing is free and nothing is provisioned', () => {
    const known = {
      claims: [claim('data', { storageClassName: 'static' })],
      volumes: [volume('taken', 'n1', { storageClassName: 'static', claimRef: { name: 'other' } })],
    };
    expect(placed(pod('data'), known)).to.equal(
      `${nowhere}2 node(s) didn't find available persistent volumes to bind.`,
    );
  });

  it('leaves a claim for one pod to the pod that has it', () => {
    const claims = [bound('data', 'disk', { accessModes: ['ReadWriteOncePod'] })];
    const volumes = [volume('disk')];
    expect(placed(pod('data'), { claims, volumes, used: ['data'] })).to.equal(
      `${nowhere}2 node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod.`,
    );
    expect(placed(pod('data'), { claims, volumes })).to.equal('n1');
  });
});
