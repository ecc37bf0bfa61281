import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { Again } from '../../base/queue.ts';
import { keyOf, splitKey } from '../../kube/client/cache.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import { createController, watch } from '../../kube/client/controller.ts';
import { createEventRecorder } from '../../kube/client/events.ts';
import { createInformer } from '../../kube/client/informer.ts';
import { byNode } from '../../kube/client/podindexes.ts';
import type { Node, Pod } from '../../kube/kinds/objects.data.ts';
import { NODES, PODS } from '../../kube/kinds/resources.data.ts';
import { type NewCondition, replaceCondition } from '../../kube/values/condition.ts';
import { deepEqual } from '../../kube/values/equal.ts';
import { isConflict, isNotFound } from '../../kube/values/status.ts';
import { place } from './decide.ts';
import { nodeInfo } from './nodeinfo.ts';
import type { Policy } from './scores.ts';
import { createVolumeBinding } from './volumebinding.ts';
import type { Needs } from './volumes.ts';

export interface SchedulerOptions {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly logger: Logger;
  /** How to choose among feasible nodes; `spread` by default. */
  readonly policy?: Policy;
  /** Makes the policy `random` repeatable. */
  readonly seed?: string;
}

export interface Scheduler {
  start(signal: AbortSignal): void;
  stop(): Promise<void>;
}

const SCHEDULER_NAME = 'default-scheduler';
/** Unschedulable pods are retried when nodes or pods change, and at the latest after this time (kube-scheduler's default). */
const RETRY_MS = 5 * 60_000;
/** As long as a pod waits for its volumes on the node that was chosen for it (kube-scheduler's default, bindTimeoutSeconds). */
const VOLUMES_MS = 600_000;
/** After its volumes could not be had there. */
const AGAIN_MS = 5_000;

export function createScheduler(options: SchedulerOptions): Scheduler {
  const { client, clock, logger, policy = 'spread', seed = '' } = options;
  const recorder = createEventRecorder({ client, clock, logger, component: SCHEDULER_NAME });
  const pods = createInformer({ client, resource: PODS, clock, logger });
  const nodes = createInformer({ client, resource: NODES, clock, logger });
  const podsOn = pods.index(byNode);
  /** Bindings that the cache does not show yet, by uid of the pod: their resources count as used (assumed pods). */
  const assumed = new Map<string, { readonly pod: Pod; readonly node: string }>();
  /** Those of them that wait for their volumes, and until when. */
  const promised = new Map<string, number>();
  /** Keys of unschedulable pods. */
  const waiting = new Set<string>();

  const storage = createVolumeBinding({
    client,
    pods,
    isPlaced: (pod) =>
      !isFinished(pod) && (pod.spec.nodeName !== undefined || assumed.has(pod.metadata.uid ?? '')),
    onChange: () => retryWaiting(),
    fieldManager: SCHEDULER_NAME,
    clock,
    logger,
  });

  const controller = createController({
    name: 'scheduler',
    clock,
    logger,
    concurrency: 16,
    watches: [
      watch(pods, (pod) => (isMine(pod) ? [keyOf(pod.metadata)] : [])),
      watch(nodes, () => []),
      ...storage.watches,
    ],
    reconcile,
  });

  pods.listen({
    update(pod, before) {
      if (!isMine(pod)) forget(pod);
      if (isFinished(pod) && !isFinished(before)) retryWaiting();
    },
    delete(pod) {
      forget(pod);
      waiting.delete(keyOf(pod.metadata));
      retryWaiting();
    },
  });
  nodes.listen({
    add: retryWaiting,
    update(node, before) {
      if (!isAlike(node, before)) retryWaiting();
    },
  });

  /** What becomes free goes to those of the highest priority (kube-scheduler, plug-in PrioritySort). */
  function retryWaiting(): void {
    const priorityOf = (key: string): number => pods.get(splitKey(key))?.spec.priority ?? 0;
    for (const key of [...waiting].sort((a, b) => priorityOf(b) - priorityOf(a))) controller.enqueue(key);
    waiting.clear();
  }

  async function reconcile(key: string): Promise<Again> {
    const pod = pods.get(splitKey(key));
    if (!pod || !isMine(pod)) return undefined;
    const { uid = '' } = pod.metadata;
    const held = assumed.get(uid);
    if (held) return promised.has(uid) ? settle(pod, held.node) : undefined;
    // No await between reading the nodes and assuming the pod: two pods cannot be given the same resources.
    const placement = place(pod, nodes.list().map(infoOf), policy, seed, storage.of(pod));
    if (placement.type === 'unschedulable') {
      waiting.add(key);
      await reject(pod, 'Unschedulable', placement.message);
      return { afterMs: RETRY_MS };
    }
    const { node, needs } = placement;
    assumed.set(uid, { pod, node });
    if (needs.bindings.length + needs.provisions.length > 0) return promise(pod, node, needs);
    await bind(pod, node);
    return undefined;
  }

  /** It keeps its place while its volumes are bound there. */
  async function promise(pod: Pod, node: string, needs: Needs): Promise<Again> {
    promised.set(pod.metadata.uid ?? '', clock.now() + VOLUMES_MS);
    try {
      await storage.begin(needs, node);
    } catch (error) {
      forget(pod);
      throw error;
    }
    return settle(pod, node);
  }

  async function settle(pod: Pod, node: string): Promise<Again> {
    const { uid = '' } = pod.metadata;
    const progress = storage.progress(pod, node);
    const leftMs = (promised.get(uid) ?? 0) - clock.now();
    if (progress.type === 'waiting' && leftMs > 0) return { afterMs: leftMs };
    if (progress.type === 'bound') {
      promised.delete(uid);
      await bind(pod, node);
      return undefined;
    }
    forget(pod);
    waiting.add(keyOf(pod.metadata));
    const why =
      progress.type === 'failed'
        ? `provisioning failed for PVC "${progress.claim}"`
        : 'context deadline exceeded';
    await reject(pod, 'SchedulerError', `running PreBind plugin "VolumeBinding": binding volumes: ${why}`);
    return { afterMs: AGAIN_MS };
  }

  function forget({ metadata: { uid = '' } }: Pod): void {
    assumed.delete(uid);
    promised.delete(uid);
  }

  function infoOf(node: Node) {
    const { name = '' } = node.metadata;
    const coming = [...assumed.values()].filter((one) => one.node === name).map((one) => one.pod);
    const bound = podsOn(name);
    const known = new Set(bound.map((pod) => pod.metadata.uid));
    return nodeInfo(node, [...bound, ...coming.filter((pod) => !known.has(pod.metadata.uid))]);
  }

  async function bind(pod: Pod, node: string): Promise<void> {
    const { namespace = '', name = '', uid = '' } = pod.metadata;
    const binding = {
      apiVersion: 'v1',
      kind: 'Binding',
      metadata: { namespace, name, uid },
      target: { apiVersion: 'v1', kind: 'Node', name: node },
    };
    try {
      await client.create(PODS, binding, { namespace, subresource: 'binding', fieldManager: SCHEDULER_NAME });
      recorder.record(pod, 'Normal', 'Scheduled', `Successfully assigned ${namespace}/${name} to ${node}`);
    } catch (error) {
      forget(pod);
      // Deleted, or bound by another client meanwhile: the cache will show it.
      if (!isNotFound(error) && !isConflict(error)) throw error;
    }
  }

  async function reject(
    pod: Pod,
    reason: 'Unschedulable' | 'SchedulerError',
    message: string,
  ): Promise<void> {
    const before = pod.status?.conditions ?? [];
    const current = before.find(({ type }) => type === 'PodScheduled');
    if (current?.status === 'False' && current.message === message) return;
    recorder.record(pod, 'Warning', 'FailedScheduling', message);
    const condition: NewCondition = {
      type: 'PodScheduled',
      status: 'False',
      reason,
      message,
    };
    const conditions = replaceCondition(before, condition, clock.now()).map((one) => ({ ...one }));
    const { namespace = '', name = '' } = pod.metadata;
    try {
      await client.patch(
        PODS,
        { namespace, name },
        { type: 'merge', body: { status: { conditions } } },
        { subresource: 'status', fieldManager: SCHEDULER_NAME },
      );
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }

  return { start: controller.start, stop: controller.stop };
}

const isFinished = ({ status }: Pod): boolean => status?.phase === 'Succeeded' || status?.phase === 'Failed';

/** Whether a pod waits for this scheduler: unbound, active, with our scheduler name, and without a scheduling gate (KEP-3521). */
function isMine(pod: Pod): boolean {
  const { nodeName, schedulerName = SCHEDULER_NAME, schedulingGates } = pod.spec;
  const isGated = Array.isArray(schedulingGates) && schedulingGates.length > 0;
  return (
    !nodeName &&
    schedulerName === SCHEDULER_NAME &&
    !isGated &&
    !pod.metadata.deletionTimestamp &&
    !isFinished(pod)
  );
}

/** Whether nothing changed that a filter reads: most changes of a node are heartbeats. */
function isAlike(a: Node, b: Node): boolean {
  return (
    deepEqual(a.spec, b.spec) &&
    deepEqual(a.metadata.labels, b.metadata.labels) &&
    deepEqual(a.status?.allocatable, b.status?.allocatable)
  );
}
