import { expect } from 'chai';
import type { EndpointSlice, Node, Pod, Service, Toleration } from '../../../src/kube/kinds/objects.ts';
import type { KubeObject } from '../../../src/kube/values/types.ts';
import { decideSlices } from '../../../src/orchestrator/controllers/endpointslice/decide.ts';
import { decideGarbage, type OwnerState } from '../../../src/orchestrator/controllers/garbage/decide.ts';
import { type Remainder, remainingConditions } from '../../../src/orchestrator/controllers/namespace.ts';
import { decideNode, evictionInMs } from '../../../src/orchestrator/controllers/node/health.ts';
import { podsToDelete } from '../../../src/orchestrator/controllers/replicaset/ranking.ts';
import { slowStart } from '../../../src/orchestrator/controllers/slowstart.ts';

const NOW = Date.parse('2026-01-01T12:00:00Z');
const ago = (seconds: number): string => new Date(NOW - seconds * 1000).toISOString();

interface PodFacts {
  readonly node?: string;
  readonly phase?: 'Pending' | 'Running' | 'Succeeded';
  /** Seconds since it became ready. */
  readonly ready?: number;
  readonly cost?: number;
  readonly restarts?: number;
  readonly created?: number;
  readonly ip?: string;
  readonly leaving?: boolean;
}

function pod(name: string, facts: PodFacts = {}): Pod {
  const { node = 'n1', phase = 'Running', ready, cost, restarts = 0, created = 1000, ip, leaving } = facts;
  const isReady = ready !== undefined;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: 'shop',
      uid: name,
      creationTimestamp: ago(created),
      ...(cost === undefined
        ? {}
        : { annotations: { 'controller.kubernetes.io/pod-deletion-cost': String(cost) } }),
      ...(leaving ? { deletionTimestamp: ago(1) } : {}),
    },
    spec: { containers: [{ name: 'main', ports: [{ name: 'http', containerPort: 8080 }] }], nodeName: node },
    status: {
      phase,
      conditions: isReady ? [{ type: 'Ready', status: 'True', lastTransitionTime: ago(ready) }] : [],
      containerStatuses: [{ name: 'main', ready: isReady, restartCount: restarts, image: '', imageID: '' }],
      ...(ip ? { podIP: ip } : {}),
    },
  };
}

describe('replica set', () => {
  const first = (...pods: Pod[]): string | undefined => podsToDelete(pods, pods, 1, NOW)[0]?.metadata.name;
  const rows: readonly [string, PodFacts, PodFacts][] = [
    ['without a node before with one', { node: '' }, {}],
    ['pending before running', { phase: 'Pending' }, { phase: 'Running' }],
    ['not ready before ready', {}, { ready: 10 }],
    ['cheap before dear', { ready: 1000, cost: -5 }, { ready: 10, cost: 3 }],
    ['ready for a short time before ready for long', { ready: 10 }, { ready: 1000 }],
    ['often restarted before seldom', { ready: 100, restarts: 4 }, { ready: 100, restarts: 1 }],
    ['new before old', { created: 10 }, { created: 100_000 }],
  ];
  for (const [rule, goes, stays] of rows) {
    it(`deletes ${rule}`, () => {
      expect(first(pod('stays', stays), pod('goes', goes))).to.equal('goes');
      expect(first(pod('goes', goes), pod('stays', stays))).to.equal('goes');
    });
  }

  it('deletes where replicas are doubled up before where one is alone', () => {
    const pods = [
      pod('a', { node: 'n1', ready: 1 }),
      pod('b', { node: 'n2', ready: 1000 }),
      pod('c', { node: 'n2', ready: 1000 }),
    ];
    expect(first(...pods)).to.not.equal('a');
  });

  it('creates in batches of 1, 2, 4 … and stops after the batch in which one fails', async () => {
    const count = async (n: number, isBroken: (i: number) => boolean) => {
      let calls = 0;
      const error = await slowStart(n, async () => {
        if (isBroken(++calls)) throw new Error('quota');
      });
      return { calls, failed: error !== undefined };
    };
    expect(await count(100, () => false)).to.deep.equal({ calls: 100, failed: false });
    expect(await count(100, () => true)).to.deep.equal({ calls: 1, failed: true });
    expect(await count(100, (i) => i === 5)).to.deep.equal({ calls: 7, failed: true });
    expect(await count(0, () => true)).to.deep.equal({ calls: 0, failed: false });
  });
});

describe('endpoint slices', () => {
  const service = (spec: object = {}): Service => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web', namespace: 'shop', uid: 's', labels: { team: 'a' } },
    spec: {
      selector: { app: 'web' },
      clusterIP: '127.200.0.1',
      ports: [{ name: 'http', port: 80, targetPort: 'http' }],
      ...spec,
    },
  });
  /** Carries the decision out: the slices afterwards. */
  const settle = (
    one: Service,
    pods: readonly Pod[],
    slices: readonly EndpointSlice[] = [],
  ): readonly EndpointSlice[] => {
    const actions = decideSlices(one, pods, slices);
    const touched = new Set(actions.map(({ slice }) => slice.metadata.name));
    return [
      ...slices.filter((slice) => !touched.has(slice.metadata.name)),
      ...actions.flatMap(({ type, slice }) => (type === 'delete' ? [] : [slice])),
    ];
  };
  const many = (n: number) =>
    Array.from({ length: n }, (_, i) => pod(`p${i}`, { ip: `127.201.0.${i}`, ready: 1 }));
  const sizes = (slices: readonly EndpointSlice[]) => slices.map(({ endpoints }) => endpoints?.length).sort();

  it('says of each pod whether it is ready, serves, and terminates', () => {
    const pods = [
      pod('a', { ip: '1', ready: 1 }),
      pod('b', { ip: '2' }),
      pod('c', { ip: '3', ready: 1, leaving: true }),
      pod('d', { ready: 1 }),
      pod('e', { ip: '5', phase: 'Succeeded' }),
    ];
    const words = settle(service(), pods)[0]?.endpoints?.map(({ addresses, conditions }) => [
      addresses[0],
      conditions,
    ]);
    expect(words).to.deep.equal([
      ['1', { ready: true, serving: true, terminating: false }],
      ['2', { ready: false, serving: false, terminating: false }],
      ['3', { ready: false, serving: true, terminating: true }],
    ]);
    const published = settle(service({ publishNotReadyAddresses: true }), pods)[0]?.endpoints;
    expect(published?.map(({ conditions }) => conditions?.ready)).to.deep.equal([true, true, true]);
  });

  it('has an empty slice for a Service without pods, and fills that one later', () => {
    const empty = settle(service(), []);
    expect(sizes(empty)).to.deep.equal([0]);
    const filled = settle(service(), many(1), empty);
    expect(sizes(filled)).to.deep.equal([1]);
    expect(filled[0]?.metadata.labels).to.deep.equal({
      team: 'a',
      'kubernetes.io/service-name': 'web',
      'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
    });
  });

  it('holds a hundred endpoints in each slice and changes only the slice that it must', () => {
    const slices = settle(service(), many(250));
    expect(sizes(slices)).to.deep.equal([100, 100, 50].sort());
    const pods = many(250).map((one, i) => (i === 3 ? pod('p3', { ip: '127.201.0.3' }) : one));
    expect(decideSlices(service(), pods, slices).map(({ type }) => type)).to.deep.equal(['update']);
  });

  it('has nothing to do once it is done (law)', () => {
    for (const n of [0, 1, 99, 100, 101, 230]) {
      const slices = settle(service(), many(n));
      expect(decideSlices(service(), many(n), slices)).to.deep.equal([]);
      expect(
        decideSlices(service(), many(Math.floor(n / 2)), settle(service(), many(Math.floor(n / 2)), slices)),
      ).to.deep.equal([]);
    }
  });

  it('leaves a target port out for a pod that has no port of that name', () => {
    const slices = settle(service({ ports: [{ name: 'x', port: 80, targetPort: 'none' }] }), many(1));
    expect(slices[0]?.ports).to.deep.equal([]);
  });
});

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

describe('node life cycle', () => {
  const node = (status: 'True' | 'False' | 'Unknown', spec: object = {}): Node => ({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: 'n1' },
    spec,
    status: { conditions: [{ type: 'Ready', status, lastTransitionTime: ago(100) }] },
  });
  const keys = (taints: readonly { key: string; effect: string }[] | undefined) =>
    taints?.map(({ key, effect }) => `${key.split('/')[1]}:${effect}`);

  it('lets a node be that was heard of within the grace period', () => {
    const { conditions, taints, afterMs } = decideNode(node('True'), { mark: '', seenAt: NOW - 20_000 }, NOW);
    expect([conditions, taints, afterMs]).to.deep.equal([undefined, undefined, 30_000]);
  });

  it('calls a silent node Unknown and taints it unreachable', () => {
    const { conditions, taints } = decideNode(node('True'), { mark: '', seenAt: NOW - 50_000 }, NOW);
    expect(conditions?.map(({ type, status, reason }) => [type, status, reason])).to.deep.equal([
      ['Ready', 'Unknown', 'NodeStatusUnknown'],
    ]);
    expect(keys(taints)).to.deep.equal(['unreachable:NoSchedule', 'unreachable:NoExecute']);
  });

  it('taints a node that says it is not ready, and takes our taints off again, not those of others', () => {
    const heard = { mark: '', seenAt: NOW };
    expect(keys(decideNode(node('False'), heard, NOW).taints)).to.deep.equal([
      'not-ready:NoSchedule',
      'not-ready:NoExecute',
    ]);
    const taints = [
      { key: 'node.kubernetes.io/unreachable', effect: 'NoExecute' },
      { key: 'example.com/gpu', effect: 'NoSchedule' },
    ];
    expect(keys(decideNode(node('True', { taints }), heard, NOW).taints)).to.deep.equal(['gpu:NoSchedule']);
  });

  it('evicts a pod after its toleration, five minutes where it has none, never where it tolerates for ever', () => {
    const taint = {
      key: 'node.kubernetes.io/unreachable',
      effect: 'NoExecute' as const,
      timeAdded: ago(100),
    };
    const wait = (tolerations: readonly Toleration[]) =>
      evictionInMs({ ...pod('p'), spec: { containers: [], tolerations } }, [taint], NOW);
    expect(wait([])).to.equal(200_000);
    expect(wait([{ key: taint.key, operator: 'Exists', tolerationSeconds: 30 }])).to.equal(0);
    expect(wait([{ operator: 'Exists' }])).to.equal(undefined);
  });
});

describe('namespace', () => {
  it('says what remains and which finalizers it waits for, once', () => {
    const remainders: readonly Remainder[] = [
      { resource: 'configmaps', count: 2, finalizers: { 'example.com/hold': 1 } },
      { resource: 'pods', count: 1, finalizers: {} },
    ];
    const conditions = remainingConditions([], remainders, NOW);
    expect(conditions.map(({ message }) => message)).to.deep.equal([
      'Some resources are remaining: configmaps has 2 resource instances, pods has 1 resource instances',
      'Some content in the namespace has finalizers remaining: example.com/hold in 1 resource instances',
    ]);
    expect(remainingConditions(conditions, remainders, NOW + 60_000)).to.deep.equal(conditions);
  });
});
