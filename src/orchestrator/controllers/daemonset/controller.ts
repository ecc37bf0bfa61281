import type { Again } from '../../../base/queue.ts';
import { byNamespace, keyOf, splitKey } from '../../../kube/client/cache.ts';
import { type Controller, createController, watch } from '../../../kube/client/controller.ts';
import type { ControllerRevision, DaemonSet, Node, Pod } from '../../../kube/kinds/objects.data.ts';
import { CONTROLLER_REVISIONS, DAEMON_SETS, PODS } from '../../../kube/kinds/resources.data.ts';
import { deepEqual } from '../../../kube/values/equal.ts';
import { createClaiming } from '../claims.ts';
import { type ControllerContext, MANAGER } from '../context.ts';
import { decideHistory, surplus } from '../history/decide.ts';
import { createHistory } from '../history/history.ts';
import { POD_REVISION } from '../history/revisions.ts';
import { ownerKeys } from '../ownerkeys.ts';
import { createPodControl } from '../podcontrol.ts';
import { slowStartEach } from '../slowstart.ts';
import { createFailedPodBackOff } from './backoff.ts';
import { creations, decideDaemonSet, deletions } from './decide.ts';
import type { PodAction } from './manage.ts';
import { type Spread, spread } from './nodes.ts';
import { daemonSetStatus } from './status.ts';
import { newPod } from './template.ts';

/** Keeps a pod on each node that is fit for it (Kubernetes `pkg/controller/daemon`). */
export function createDaemonSetController(context: ControllerContext): Controller {
  const { client, clock, logger, record, informers } = context;
  const { daemonSets, nodes, pods, revisions } = informers;
  const claimPods = createClaiming({ client, owners: DAEMON_SETS, dependents: pods, resource: PODS });
  const keysOf = ownerKeys(DAEMON_SETS, daemonSets.index(byNamespace));
  const history = createHistory(context, DAEMON_SETS, POD_REVISION);
  const control = createPodControl(context);
  const failures = createFailedPodBackOff(clock);

  async function reconcile(key: string): Promise<Again> {
    const set = daemonSets.get(splitKey(key));
    // The garbage collector follows the owner references of one that is being deleted.
    if (!set || set.metadata.deletionTimestamp !== undefined) return undefined;
    const known = await Promise.all((await history.claimed(set)).map(labelled));
    const past = decideHistory(set, known);
    const { revision, collisionCount } = await history.settle(set, past);
    const hash = hashOf(revision);
    const owned = await claimPods(set);
    await mergeDuplicates(owned, hash, past.duplicates);
    const observed = spread(set, hash, nodes.list(), owned, clock.now());
    if (!control.isSettled(set)) {
      await writeStatus(observed, collisionCount, set.status?.observedGeneration);
      return undefined;
    }
    const { actions, afterMs } = decideDaemonSet(observed, (node) => failures.leftMs(set, node));
    const failure = await act(set, hash, actions);
    await writeStatus(observed, collisionCount, set.metadata.generation);
    if (failure !== undefined) throw failure;
    await forget(set, owned, past.old);
    return afterMs === undefined ? undefined : { afterMs };
  }

  /** Pods are compared by this label of their revision. */
  async function labelled(revision: ControllerRevision): Promise<ControllerRevision> {
    const { labels, name = '' } = revision.metadata;
    if (labels?.[POD_REVISION] !== undefined) return revision;
    const metadata = { ...revision.metadata, labels: { ...labels, [POD_REVISION]: name } };
    return client.update(CONTROLLER_REVISIONS, { ...revision, metadata }, { fieldManager: MANAGER });
  }

  /** Pods of revisions with the same template are of the newest of them (Kubernetes `daemon/update.go` dedupCurHistories). */
  async function mergeDuplicates(
    owned: readonly Pod[],
    hash: string,
    duplicates: readonly ControllerRevision[],
  ): Promise<void> {
    const others = new Set(duplicates.map(hashOf));
    for (const { metadata } of owned) {
      if (!others.has(metadata.labels?.[POD_REVISION] ?? '')) continue;
      const { namespace = '', name = '' } = metadata;
      const body = { metadata: { labels: { [POD_REVISION]: hash } } };
      await client.patch(PODS, { namespace, name }, { type: 'merge', body }, { fieldManager: MANAGER });
    }
    await history.delete(duplicates);
  }

  async function act(set: DaemonSet, hash: string, actions: readonly PodAction[]): Promise<unknown> {
    const failed = await slowStartEach(creations(actions), ({ node }) =>
      control.create(set, newPod(set, node, hash)),
    );
    const deleted = await Promise.allSettled(
      deletions(actions).map(({ pod, node, because }) => {
        if (because) recordEnd(set, pod, node, because);
        return control.delete(set, pod);
      }),
    );
    return failed ?? deleted.find((result) => result.status === 'rejected')?.reason;
  }

  function recordEnd(set: DaemonSet, { metadata }: Pod, node: string, how: 'Failed' | 'Succeeded'): void {
    const about = `Found ${how.toLowerCase()} daemon pod ${metadata.namespace}/${metadata.name} on node ${node}`;
    if (how === 'Succeeded') {
      record(set, 'Normal', 'SucceededDaemonPod', `${about}, will try to delete it`);
      return;
    }
    failures.count(set, node);
    record(set, 'Warning', 'FailedDaemonPod', `${about}, will try to kill it`);
  }

  async function writeStatus(
    observed: Spread,
    collisionCount: number,
    observedGeneration: number | undefined,
  ): Promise<void> {
    const { set } = observed;
    const status = daemonSetStatus(observed, collisionCount, observedGeneration);
    if (deepEqual(status, set.status)) return;
    await client.update(DAEMON_SETS, { ...set, status }, { subresource: 'status', fieldManager: MANAGER });
  }

  /** Old revisions that no pod has, beyond the limit of the history (Kubernetes `daemon/update.go` cleanupHistory). */
  async function forget(
    set: DaemonSet,
    owned: readonly Pod[],
    old: readonly ControllerRevision[],
  ): Promise<void> {
    const live = new Set(owned.map(({ metadata }) => metadata.labels?.[POD_REVISION]));
    const excess = old.length - (set.spec.revisionHistoryLimit ?? 10);
    await history.delete(surplus(old, (revision) => live.has(hashOf(revision)), excess));
  }

  const controller = createController({
    name: 'daemonset',
    clock,
    logger,
    watches: [
      watch(daemonSets, (set) => [keyOf(set.metadata)]),
      watch(pods, keysOf),
      watch(revisions, keysOf),
      watch(nodes, () => []),
    ],
    reconcile,
  });

  daemonSets.listen({ delete: control.forget });
  nodes.listen({
    add: recheckAll,
    delete: recheckAll,
    update(node, before) {
      if (!isAlike(node, before)) recheckAll();
    },
  });

  function recheckAll(): void {
    for (const { metadata } of daemonSets.list()) controller.enqueue(keyOf(metadata));
  }

  return controller;
}

const hashOf = ({ metadata }: ControllerRevision): string => metadata.labels?.[POD_REVISION] ?? '';

/** Whether nothing changed that decides where pods run: most changes of a node are heartbeats. */
const isAlike = (a: Node, b: Node): boolean =>
  deepEqual(a.metadata.labels, b.metadata.labels) && deepEqual(a.spec?.taints, b.spec?.taints);
