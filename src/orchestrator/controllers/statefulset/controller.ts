import type { Again } from '../../../base/queue.ts';
import { byController, byNamespace, keyOf, splitKey } from '../../../kube/client/cache.ts';
import { type Controller, createController, watch } from '../../../kube/client/controller.ts';
import type {
  ControllerRevision,
  PersistentVolumeClaim,
  Pod,
  StatefulSet,
} from '../../../kube/kinds/objects.data.ts';
import { PODS, STATEFUL_SETS } from '../../../kube/kinds/resources.data.ts';
import { deepEqual } from '../../../kube/values/equal.ts';
import { createClaiming } from '../claims.ts';
import { type ControllerContext, MANAGER } from '../context.ts';
import { decideHistory, surplus } from '../history/decide.ts';
import { createHistory } from '../history/history.ts';
import { withRevision } from '../history/revisions.ts';
import { ownerKeys } from '../ownerkeys.ts';
import { nextAvailableInMs } from '../pods.ts';
import { createAct } from './act.ts';
import { decideStatefulSet } from './decide.ts';
import { type Generation, hasClaimNamed, isMember, revisionOf } from './identity.ts';
import { type Revisions, statefulSetStatus } from './status.ts';

/** The label of a revision with the hash of its template (Kubernetes `controller_history.go` ControllerRevisionHashLabel). */
const HASH = 'controller.kubernetes.io/hash';

/** Keeps pods that have a name, a number and claims of their own (Kubernetes `pkg/controller/statefulset`). */
export function createStatefulSetController(context: ControllerContext): Controller {
  const { client, clock, logger, informers } = context;
  const { statefulSets, pods, claims, revisions } = informers;
  const podsOf = pods.index(byController);
  const setsIn = statefulSets.index(byNamespace);
  const keysOf = ownerKeys(STATEFUL_SETS, setsIn);
  const history = createHistory(context, STATEFUL_SETS, HASH);
  const act = createAct(context);
  const claimPods = createClaiming({
    client,
    owners: STATEFUL_SETS,
    dependents: pods,
    resource: PODS,
    belongs: isMember,
  });

  async function reconcile(key: string): Promise<Again> {
    const set = statefulSets.get(splitKey(key));
    if (!set) return undefined;
    if (set.metadata.deletionTimestamp !== undefined) return leave(set);
    const known = await history.claimed(set);
    const owned = await claimPods(set);
    const past = decideHistory(set, known);
    const { revision: update, collisionCount } = await history.settle(set, past);
    const current = known.find(({ metadata }) => metadata.name === set.status?.currentRevision) ?? update;
    const now = clock.now();
    const decision = decideStatefulSet(
      {
        set,
        pods: owned,
        findClaim: (name) => claims.get({ namespace: set.metadata.namespace ?? '', name }),
        current: generationOf(set, current),
        update: generationOf(set, update),
      },
      now,
    );
    const failure = await act(set, decision);
    await writeStatus(
      set,
      owned,
      { current: nameOf(current), update: nameOf(update), collisionCount },
      decision.updating,
    );
    await forget(set, owned, [...past.duplicates, ...past.old], [current, update]);
    if (failure !== undefined) throw failure;
    const afterMs = nextAvailableInMs(owned, set.spec.minReadySeconds ?? 0, now);
    return afterMs === undefined ? undefined : { afterMs };
  }

  /** A set that is being deleted only counts its pods; the garbage collector follows its owner references. */
  async function leave(set: StatefulSet): Promise<undefined> {
    const { currentRevision = '', updateRevision = '', collisionCount = 0 } = set.status ?? {};
    const revisions = { current: currentRevision, update: updateRevision, collisionCount };
    await writeStatus(set, podsOf(set.metadata.uid ?? ''), revisions, 0);
  }

  async function writeStatus(
    set: StatefulSet,
    owned: readonly Pod[],
    revisions: Revisions,
    updating: number,
  ): Promise<void> {
    const status = statefulSetStatus(set, owned, revisions, updating, clock.now());
    if (deepEqual(status, set.status)) return;
    await client.update(STATEFUL_SETS, { ...set, status }, { subresource: 'status', fieldManager: MANAGER });
  }

  /** Revisions that no pod has, beyond the limit of the history (Kubernetes `stateful_set_control.go` truncateHistory). */
  async function forget(
    set: StatefulSet,
    owned: readonly Pod[],
    old: readonly ControllerRevision[],
    used: readonly ControllerRevision[],
  ): Promise<void> {
    const live = new Set([...owned.map(revisionOf), ...used.map(nameOf)]);
    const isLive = (revision: ControllerRevision): boolean => live.has(nameOf(revision));
    const count = old.filter((revision) => !isLive(revision)).length;
    await history.delete(surplus(old, isLive, count - (set.spec.revisionHistoryLimit ?? 10)));
  }

  /** A pod waits for a claim of an earlier one that is still being deleted. */
  const keysOfClaim = ({ metadata }: PersistentVolumeClaim): readonly string[] =>
    setsIn(metadata.namespace ?? '')
      .filter((set) => hasClaimNamed(set, metadata.name ?? ''))
      .map((set) => keyOf(set.metadata));

  return createController({
    name: 'statefulset',
    clock,
    logger,
    watches: [
      watch(statefulSets, (set) => [keyOf(set.metadata)]),
      watch(pods, keysOf),
      watch(revisions, keysOf),
      watch(claims, keysOfClaim),
    ],
    reconcile,
  });
}

const nameOf = ({ metadata }: ControllerRevision): string => metadata.name ?? '';

const generationOf = (set: StatefulSet, revision: ControllerRevision): Generation => ({
  name: nameOf(revision),
  template: withRevision(set, revision).spec.template,
});
