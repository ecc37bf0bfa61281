import { onAbort } from '../../base/abort.ts';
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import { watch } from '../../kube/client/controller.ts';
import { createInformer } from '../../kube/client/informer.ts';
import type { Pod } from '../../kube/kinds/objects.data.ts';
import { isFinished } from '../../kube/kinds/podspec/phase.ts';
import { DEFAULT_SCHEDULER, type Strategy } from '../../kube/kinds/podspec/schedulers.ts';
import { NAMESPACES, NODES, POD_DISRUPTION_BUDGETS, PODS } from '../../kube/kinds/resources.data.ts';
import { assignment, type Failure } from './assign.ts';
import { createCluster } from './cluster.ts';
import { place } from './decide.ts';
import type { Change } from './filters/filter.ts';
import { FILTERS } from './filters/list.ts';
import { follow } from './follow.ts';
import { strategyFor } from './pending.ts';
import { createPodEvents } from './podevents.ts';
import type { PodInfo } from './podinfo.ts';
import { preempt } from './preempt.ts';
import { PROFILES } from './profiles.ts';
import { createSchedulingQueue, type Entry } from './queue.ts';
import { evict, isPreempted, type Refused, refuse, withdraw } from './refuse.ts';
import { createVolumeBinding } from './volumebinding.ts';
import type { Needs } from './volumes.ts';
import { createWrites } from './writes.ts';

export interface SchedulerOptions {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly logger: Logger;
  /** How `default-scheduler` chooses among feasible nodes; `spread` by default. */
  readonly strategy?: Strategy;
}

export interface Scheduler {
  start(signal: AbortSignal): void;
  stop(): Promise<void>;
}

/** Decisions take turns with everything else that this process does. */
const TURN_MS = 10;

/** Pods one after the other, by priority: each is given a node, or is told why not. What is decided is written while the next one is decided. */
export function createScheduler(options: SchedulerOptions): Scheduler {
  const { client, clock, logger, strategy = 'spread' } = options;
  const record = createPodEvents({ client, clock, logger });
  const informed = { client, clock, logger };
  const pods = createInformer({ ...informed, resource: PODS });
  const nodes = createInformer({ ...informed, resource: NODES });
  const namespaces = createInformer({ ...informed, resource: NAMESPACES });
  const budgets = createInformer({ ...informed, resource: POD_DISRUPTION_BUDGETS });
  /** Chosen for a node, and not there yet as far as the cache shows: by uid (assumed pods). */
  const assumed = new Map<string, Entry>();
  /** Asked to make way for others, and not gone yet as far as the cache shows. */
  const evicted = new Set<string>();
  const queue = createSchedulingQueue(clock, () => turnSoon());
  const storage = createVolumeBinding({
    ...informed,
    pods,
    isPlaced: (pod) => !isFinished(pod) && cluster.nodeOf(pod.metadata.uid ?? '') !== undefined,
    onChange: () => wake({ type: 'storage' }),
    fieldManager: DEFAULT_SCHEDULER,
  });
  const cluster = createCluster({
    labelsOfNamespace: (name) => namespaces.get({ name })?.metadata.labels,
    volumesOf: ({ pod }) => storage.of(pod),
  });
  const writes = createWrites({
    ...informed,
    watches: [
      ...[
        watch(pods, () => []),
        watch(nodes, () => []),
        watch(namespaces, () => []),
        watch(budgets, () => []),
      ],
      ...storage.watches,
    ],
    onRoom: () => turnSoon(),
  });
  const telling = { client, clock, record, latest };
  const assigning = { client, clock, logger, storage, record, onFailure };
  let isTurnSoon = false;

  follow({ pods, nodes, namespaces, cluster, queue, wake, assumed, evicted });

  function wake(change: Change): void {
    queue.wake((pod, by) =>
      by.size === 0
        ? change.type === 'node'
        : FILTERS.some((filter) => by.has(filter.name) && filter.isHelpedBy(pod, change)),
    );
  }

  function latest({ key, uid, pod: { metadata } }: PodInfo): Pod | undefined {
    const { namespace = '', name = key } = metadata;
    const found = pods.get({ namespace, name });
    return found?.metadata.uid === uid ? found : undefined;
  }

  function turnSoon(): void {
    if (isTurnSoon) return;
    isTurnSoon = true;
    setImmediate(() => {
      isTurnSoon = false;
      turn();
    });
  }

  function turn(): void {
    const until = clock.monotonic() + TURN_MS;
    while (writes.haveRoom && clock.monotonic() <= until) {
      const entry = queue.next();
      if (!entry) return;
      decide(entry);
    }
    if (writes.haveRoom) turnSoon();
  }

  /** Nothing is awaited between reading the cluster and changing it: two pods cannot be given the same resources. */
  function decide(entry: Entry): void {
    const { pod } = entry;
    const placement = place(pod, cluster, PROFILES[strategyFor(pod.pod, strategy) ?? strategy]);
    if (placement.type === 'bind') {
      assign(entry, placement.node, placement.needs);
      return;
    }
    queue.refuse(entry, placement.by);
    const isMakingWay = (other: PodInfo) => evicted.has(other.uid) || isPreempted(other);
    const outcome =
      placement.by.size === 0 ? undefined : preempt(pod, placement, cluster, budgets.list(), isMakingWay);
    if (outcome?.type === 'nominate') {
      makeWay(pod, placement.message, outcome.node, outcome.victims);
      return;
    }
    if (outcome?.type === 'useless') cluster.unnominate(pod.uid);
    const message = outcome ? `${placement.message} ${outcome.message}` : placement.message;
    const nominated = outcome?.type === 'useless' ? { nominated: 'none' as const } : {};
    say(pod, { reason: 'Unschedulable', message, ...nominated });
  }

  function assign(entry: Entry, node: string, needs: Needs): void {
    const { pod } = entry;
    assumed.set(pod.uid, entry);
    cluster.place(pod, node);
    cluster.unnominate(pod.uid);
    writes.submit(pod.key, assignment(assigning, pod, node, needs));
  }

  function onFailure({ uid }: PodInfo, failure: Failure): void {
    const entry = assumed.get(uid);
    if (!entry) return;
    assumed.delete(uid);
    const left = cluster.remove(uid);
    if (left) wake({ type: 'left', pod: left });
    if (failure.type === 'gone' || !latest(entry.pod)) return;
    queue.again(entry);
    if (failure.type === 'refused') say(entry.pod, { reason: 'SchedulerError', message: failure.message });
  }

  const say = (pod: PodInfo, refused: Refused): void =>
    writes.submit(pod.key, async () => {
      await refuse(telling, pod, refused);
      return undefined;
    });

  /** The node is promised before anybody is asked to leave it, and to nobody less important besides. */
  function makeWay(pod: PodInfo, message: string, node: string, victims: readonly PodInfo[]): void {
    const lesser = cluster.nominatedTo(node).filter(({ priority }) => priority < pod.priority);
    for (const other of lesser) {
      cluster.unnominate(other.uid);
      queue.add(other);
    }
    cluster.nominate(pod, node);
    for (const { uid } of victims) evicted.add(uid);
    writes.submit(pod.key, async () => {
      try {
        if (latest(pod)) await askToLeave(pod, message, node, victims, lesser);
        else stay(victims);
      } catch (error) {
        // Until the next attempt nobody has asked them: the pod would wait for what does not come.
        stay(victims);
        throw error;
      }
      return undefined;
    });
  }

  async function askToLeave(
    pod: PodInfo,
    message: string,
    node: string,
    victims: readonly PodInfo[],
    lesser: readonly PodInfo[],
  ): Promise<void> {
    await refuse(telling, pod, { reason: 'Unschedulable', message, nominated: node });
    const unpromised = lesser.filter(({ uid }) => cluster.nominationOf(uid) === undefined);
    await Promise.all(unpromised.map((other) => withdraw(telling, other)));
    await Promise.all(victims.map((victim) => evict(telling, victim, pod, node)));
  }

  function stay(victims: readonly PodInfo[]): void {
    for (const { uid } of victims) evicted.delete(uid);
  }

  return {
    start(signal) {
      onAbort(signal, () => queue.clear());
      writes.start(signal);
    },
    async stop() {
      queue.clear();
      await writes.stop();
    },
  };
}
