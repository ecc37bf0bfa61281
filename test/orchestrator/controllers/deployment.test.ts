import { expect } from 'chai';
import type { Deployment, IntOrString, Pod, ReplicaSet } from '../../../src/kube/kinds/objects.data.ts';
import { decideDeployment } from '../../../src/orchestrator/controllers/deployment/decide.ts';
import { limitsOf } from '../../../src/orchestrator/controllers/deployment/rolling.ts';
import { newReplicaSet } from '../../../src/orchestrator/controllers/deployment/template.ts';
import { generator } from './notation.ts';

const NOW = Date.parse('2026-01-01T00:00:00Z');

function deployment(image: string, replicas: number, spec: object = {}, status: object = {}): Deployment {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'shop', uid: 'd', generation: 1 },
    spec: {
      replicas,
      selector: { matchLabels: { app: 'web' } },
      template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'main', image }] } },
      ...spec,
    },
    status,
  };
}

interface Counts {
  readonly size: number;
  /** Default: as many as the size. */
  readonly pods?: number;
  readonly available?: number;
  readonly revision?: number;
  /** Of the deployment when the set was last scaled. */
  readonly desired?: number;
  readonly max?: number;
}

/** `set('v1', {size: 3, available: 2})`: the replica set of an image, in the order of its revisions. */
function set(
  image: string,
  { size, pods = size, available = pods, revision = 1, desired, max }: Counts,
): ReplicaSet {
  const empty = newReplicaSet(deployment(image, 0), BigInt(revision));
  return {
    ...empty,
    metadata: {
      ...empty.metadata,
      uid: `rs-${image}`,
      generation: 1,
      creationTimestamp: new Date(NOW + revision * 1000).toISOString(),
      annotations: {
        ...empty.metadata.annotations,
        ...(desired === undefined ? {} : { 'deployment.kubernetes.io/desired-replicas': String(desired) }),
        ...(max === undefined ? {} : { 'deployment.kubernetes.io/max-replicas': String(max) }),
      },
    },
    spec: { ...empty.spec, replicas: size },
    status: { replicas: pods, readyReplicas: available, availableReplicas: available, observedGeneration: 1 },
  };
}

const imageOf = (one: ReplicaSet): string => one.spec.template.spec.containers[0]?.image ?? '';

function decide(one: Deployment, sets: readonly ReplicaSet[], pods: readonly Pod[] = []) {
  return decideDeployment({ deployment: one, replicaSets: sets, podsOf: () => pods }, NOW);
}

/** `['+v2 1', 'v1 3→2', '-v0']`: what is done, sizes only. */
function steps(one: Deployment, sets: readonly ReplicaSet[], pods: readonly Pod[] = []): string[] {
  return decide(one, sets, pods).actions.flatMap((action) => {
    if (action.type === 'create')
      return [`+${imageOf(action.replicaSet)} ${action.replicaSet.spec.replicas}`];
    if (action.type === 'delete') return [`-${imageOf(action.replicaSet)}`];
    if (action.type !== 'update') return [action.type];
    const [from, to] = [action.before.spec.replicas, action.after.spec.replicas];
    return from === to ? [] : [`${imageOf(action.after)} ${from}→${to}`];
  });
}

const rolling = (maxSurge: IntOrString, maxUnavailable: IntOrString) => ({
  strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge, maxUnavailable } },
});
const RECREATE = { strategy: { type: 'Recreate' } };

describe('deployment', () => {
  it('rounds surge up and unavailable down; both 0 becomes unavailable 1', () => {
    const limits = (replicas: number, surge: IntOrString, unavailable: IntOrString) =>
      limitsOf(deployment('v1', replicas, rolling(surge, unavailable)));
    expect(limits(10, '25%', '25%')).to.deep.equal({ surge: 3, unavailable: 2 });
    expect(limits(3, '25%', '25%')).to.deep.equal({ surge: 1, unavailable: 0 });
    expect(limits(1, '0%', '50%')).to.deep.equal({ surge: 0, unavailable: 1 });
    expect(limits(4, 0, 0)).to.deep.equal({ surge: 0, unavailable: 1 });
    expect(limits(2, 5, 9)).to.deep.equal({ surge: 5, unavailable: 2 });
    expect(limitsOf(deployment('v1', 10))).to.deep.equal({ surge: 3, unavailable: 2 });
  });

  it('makes a first replica set at full size', () => {
    expect(steps(deployment('v1', 3), [])).to.deep.equal(['+v1 3']);
  });

  it('surges first, and takes nothing away in the same step', () => {
    expect(steps(deployment('v2', 3), [set('v1', { size: 3 })])).to.deep.equal(['+v2 1']);
  });

  it('takes an old pod away for each new one that is available', () => {
    const sets = (available: number) => [
      set('v1', { size: 3 }),
      set('v2', { size: 1, available, revision: 2 }),
    ];
    expect(steps(deployment('v2', 3, rolling(1, 0)), sets(0))).to.deep.equal([]);
    expect(steps(deployment('v2', 3, rolling(1, 0)), sets(1))).to.deep.equal(['v1 3→2']);
  });

  it('takes away old pods that do not work first: they cost nothing', () => {
    const sets = [set('v1', { size: 3, available: 1 }), set('v2', { size: 1, available: 0, revision: 2 })];
    expect(steps(deployment('v2', 3, rolling(1, 1)), sets)).to.deep.equal(['v1 3→2']);
    const allBroken = [
      set('v1', { size: 3, available: 0 }),
      set('v2', { size: 1, available: 1, revision: 2 }),
    ];
    expect(steps(deployment('v2', 3, rolling(1, 2)), allBroken)).to.deep.equal(['v1 3→0']);
  });

  it('recreates: old to zero, then waits for the last old pod, then makes the new', () => {
    const running: Pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'old' },
      spec: { containers: [] },
      status: { phase: 'Running' },
    };
    const next = deployment('v2', 2, RECREATE);
    expect(steps(next, [set('v1', { size: 2 })], [running])).to.deep.equal(['v1 2→0']);
    expect(steps(next, [set('v1', { size: 0 })], [running])).to.deep.equal([]);
    expect(steps(next, [set('v1', { size: 0 })])).to.deep.equal(['+v2 2']);
  });

  it('shares a change of size out among the sets of a rollout under way', () => {
    const sets = [
      set('v1', { size: 6, desired: 8, max: 10 }),
      set('v2', { size: 4, revision: 2, desired: 8, max: 10 }),
    ];
    expect(steps(deployment('v2', 16, rolling(4, 0)), sets).sort()).to.deep.equal(['v1 6→12', 'v2 4→8']);
    expect(steps(deployment('v2', 4, rolling(1, 0)), sets).sort()).to.deep.equal(['v1 6→3', 'v2 4→2']);
  });

  it('scales while it is paused, but rolls nothing out', () => {
    expect(steps(deployment('v2', 3, { paused: true }), [set('v1', { size: 3, desired: 3 })])).to.deep.equal(
      [],
    );
    expect(steps(deployment('v2', 5, { paused: true }), [set('v1', { size: 3, desired: 3 })])).to.deep.equal([
      'v1 3→5',
    ]);
  });

  it('keeps as many empty old sets as its history allows, and drops the oldest', () => {
    const complete = { replicas: 1, updatedReplicas: 1, availableReplicas: 1, observedGeneration: 1 };
    const sets = [
      set('v1', { size: 0, revision: 1 }),
      set('v2', { size: 0, revision: 2 }),
      set('v3', { size: 0, revision: 3 }),
      set('v4', { size: 1, revision: 4, desired: 1, max: 2 }),
    ];
    const limited = deployment('v4', 1, { revisionHistoryLimit: 1 }, complete);
    expect(steps(limited, sets)).to.deep.equal(['-v1', '-v2']);
  });

  it('adopts an orphan that matches and lets go of a set that no longer does', () => {
    const foreign = set('v0', { size: 1 });
    const stranger = { ...foreign, metadata: { ...foreign.metadata, labels: { app: 'other' } } };
    const orphan = {
      ...set('v1', { size: 3 }),
      metadata: { ...set('v1', { size: 3 }).metadata, ownerReferences: [] },
    };
    expect(steps(deployment('v1', 3), [stranger, orphan])).to.include.members(['release', 'adopt']);
  });

  it('does nothing more when it is being deleted', () => {
    const one = deployment('v2', 3);
    const leaving = { ...one, metadata: { ...one.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } };
    expect(steps(leaving, [set('v1', { size: 3 })])).to.deep.equal([]);
  });

  it('says when the deadline passes, and then that it passed, once', () => {
    const since = (seconds: number) => ({
      conditions: [
        {
          type: 'Progressing',
          status: 'True' as const,
          reason: 'ReplicaSetUpdated',
          lastUpdateTime: new Date(NOW - seconds * 1000).toISOString(),
        },
      ],
      replicas: 4,
      updatedReplicas: 1,
      readyReplicas: 3,
      availableReplicas: 3,
      observedGeneration: 1,
    });
    const sets = [
      set('v1', { size: 3, desired: 3, max: 4 }),
      set('v2', { size: 1, available: 0, revision: 2, desired: 3, max: 4 }),
    ];
    const spec = { ...rolling(1, 0), progressDeadlineSeconds: 60 };
    const waiting = decide(deployment('v2', 3, spec, since(50)), sets);
    expect(waiting.afterMs).to.equal(11_000);
    const over = decide(deployment('v2', 3, spec, since(61)), sets);
    const condition = over.status.conditions?.find(({ type }) => type === 'Progressing');
    expect(condition?.reason).to.equal('ProgressDeadlineExceeded');
    expect(condition?.message).to.match(/^ReplicaSet "web-.*" has timed out progressing\.$/);
    expect(over.afterMs).to.equal(undefined);
  });

  /** Plays a rollout: after each step, some pods become available or break, as a seeded generator says. */
  it('in any rollout keeps to its limits at every step, and ends with the new pods only', function () {
    this.timeout(60_000);
    for (let seed = 1; seed <= 150; seed++) {
      const random = generator(seed);
      const replicas = 1 + random(9);
      const spec = rolling(
        random(2) ? `${random(100)}%` : random(4),
        random(2) ? `${random(100)}%` : random(3),
      );
      const next = deployment('v2', replicas, spec);
      const { surge, unavailable } = limitsOf(next);
      let sets: ReplicaSet[] = [set('v1', { size: replicas, desired: replicas })];
      for (let step = 0; step < 200; step++) {
        for (const action of decide(next, sets).actions) sets = carryOut(sets, action);
        const total = sets.reduce((sum, one) => sum + (one.spec.replicas ?? 0), 0);
        const available = sets.reduce(
          (sum, one) => sum + Math.min(one.spec.replicas ?? 0, one.status?.availableReplicas ?? 0),
          0,
        );
        expect(total, `seed ${seed}`).to.be.at.most(replicas + surge);
        expect(available, `seed ${seed}`).to.be.at.least(replicas - unavailable);
        sets = sets.map((one) => settle(one, random));
      }
      const sizes = Object.fromEntries(sets.map((one) => [imageOf(one), one.spec.replicas]));
      expect(sizes, `seed ${seed}`).to.deep.equal({ v1: 0, v2: replicas });
    }
  });
});

type Action = ReturnType<typeof decide>['actions'][number];

function carryOut(sets: readonly ReplicaSet[], action: Action): ReplicaSet[] {
  if (action.type === 'create') {
    const { replicaSet } = action;
    const metadata = {
      ...replicaSet.metadata,
      uid: 'new',
      creationTimestamp: new Date(NOW + 5000).toISOString(),
    };
    return [...sets, { ...replicaSet, metadata, status: { replicas: 0, availableReplicas: 0 } }];
  }
  if (action.type !== 'update') return [...sets];
  return sets.map((one) => (one === action.before ? action.after : one));
}

/** Pods go at once, and become available one at a time, sometimes. */
function settle(one: ReplicaSet, random: (n: number) => number): ReplicaSet {
  const size = one.spec.replicas ?? 0;
  const available = Math.min(size, (one.status?.availableReplicas ?? 0) + random(2));
  return {
    ...one,
    status: { replicas: size, readyReplicas: available, availableReplicas: available, observedGeneration: 1 },
  };
}
