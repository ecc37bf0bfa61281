import type { Again } from '../../../base/queue.ts';
import { type Controller, createController, watch } from '../../../kube/client/controller.ts';
import { byNode } from '../../../kube/client/podindexes.ts';
import type { Node, Pod, Taint } from '../../../kube/kinds/objects.data.ts';
import { NODES, PODS } from '../../../kube/kinds/resources.data.ts';
import { findCondition, type NewCondition, transition } from '../../../kube/values/condition.ts';
import { notFoundAsUndefined } from '../../../kube/values/status.ts';
import { type ControllerContext, MANAGER } from '../context.ts';
import { decideNode, evictionInMs, type Heartbeat, heartbeat } from './health.ts';
import { createSightings } from './sightings.ts';

const LEASE_NAMESPACE = 'kube-node-lease';
/** Tells a Job that the pod itself is not to blame (KEP-3329). */
const EVICTED: NewCondition = {
  type: 'DisruptionTarget',
  status: 'True',
  reason: 'DeletionByTaintManager',
  message: 'Taint manager: deleting due to NoExecute taint',
};

/** Monitors nodes: a silent node becomes Unknown and is tainted, its pods become unready, and are evicted after their toleration. */
export function createNodeController({
  client,
  clock,
  logger,
  record,
  informers,
}: ControllerContext): Controller {
  const { nodes, leases, pods } = informers;
  const podsOn = pods.index(byNode);
  const beats = new Map<string, Heartbeat>();
  const sightings = createSightings();
  nodes.listen({
    delete({ metadata: { name = '' } }) {
      beats.delete(name);
      sightings.forget(name);
    },
  });

  async function reconcile(name: string): Promise<Again> {
    const node = nodes.get({ name });
    if (!node || node.metadata.deletionTimestamp !== undefined) return undefined;
    const lease = leases.get({ namespace: LEASE_NAMESPACE, name });
    const beat = heartbeat(node, lease, beats.get(name), clock.monotonic());
    beats.set(name, beat);
    const { afterMs, conditions, taints } = decideNode(node, shifted(beat), clock.now());
    if (conditions) await writeConditions(node, conditions);
    if (taints) await writeTaints(node, taints);
    const isReady = findCondition(conditions ?? node.status?.conditions, 'Ready')?.status === 'True';
    if (!isReady) await Promise.all(podsOn(name).map(markUnready));
    const next = await evict(name, taints ?? node.spec?.taints ?? []);
    return { afterMs: Math.min(afterMs, next ?? afterMs) };
  }

  /** Silence is measured with the monotonic clock and reported with the wall clock. */
  const shifted = (beat: Heartbeat): Heartbeat => ({
    ...beat,
    seenAt: beat.seenAt + clock.now() - clock.monotonic(),
  });

  async function writeConditions(
    node: Node,
    conditions: NonNullable<Node['status']>['conditions'],
  ): Promise<void> {
    logger.warn({ node: node.metadata.name }, 'the node stopped reporting');
    record(node, 'Normal', 'NodeNotReady', `Node ${node.metadata.name} status is now: NodeNotReady`);
    const status = { ...node.status, ...(conditions ? { conditions } : {}) };
    await client.update(NODES, { ...node, status }, { subresource: 'status', fieldManager: MANAGER });
  }

  async function writeTaints({ metadata: { name = '' } }: Node, taints: readonly Taint[]): Promise<void> {
    const body = { spec: { taints: taints.length === 0 ? null : taints.map((taint) => ({ ...taint })) } };
    await client.patch(NODES, { name }, { type: 'merge', body }, { fieldManager: MANAGER });
  }

  /** Only this controller can report it: the pod's own agent is silent. */
  async function markUnready(pod: Pod): Promise<void> {
    const before = pod.status?.conditions ?? [];
    if (findCondition(before, 'Ready')?.status !== 'True') return;
    const unready = {
      type: 'Ready',
      status: 'False' as const,
      reason: 'NodeNotReady',
      message: 'the node is not ready',
    };
    await writeCondition(pod, unready);
  }

  async function writeCondition(pod: Pod, condition: NewCondition): Promise<void> {
    const said = transition(condition, pod.status?.conditions ?? [], clock.now());
    const { namespace = '', name = '' } = pod.metadata;
    // By its type: what others have said meanwhile stays.
    const patch = { type: 'strategic' as const, body: { status: { conditions: [{ ...said }] } } };
    await client
      .patch(PODS, { namespace, name }, patch, { subresource: 'status', fieldManager: MANAGER })
      .catch(notFoundAsUndefined);
  }

  /** Resolves with the wait until the next pod has to go. */
  async function evict(node: string, taints: readonly Taint[]): Promise<number | undefined> {
    const seenAt = sightings.see(node, taints, clock.now());
    const waits: number[] = [];
    for (const pod of podsOn(node)) {
      if (pod.metadata.deletionTimestamp !== undefined) continue;
      const wait = evictionInMs(pod, taints, seenAt, clock.now());
      if (wait === 0) await remove(pod);
      else if (wait !== undefined) waits.push(wait);
    }
    return waits.length === 0 ? undefined : Math.min(...waits);
  }

  async function remove(pod: Pod): Promise<void> {
    const { namespace = '', name = '', uid = '' } = pod.metadata;
    record(pod, 'Normal', 'TaintManagerEviction', `Marking for deletion Pod ${namespace}/${name}`);
    await writeCondition(pod, EVICTED);
    await client.delete(PODS, { namespace, name }, { preconditions: { uid } }).catch(notFoundAsUndefined);
  }

  return createController({
    name: 'node',
    clock,
    logger,
    watches: [
      watch(nodes, (node) => [node.metadata.name ?? '']),
      watch(leases, (lease) =>
        lease.metadata.namespace === LEASE_NAMESPACE ? [lease.metadata.name ?? ''] : [],
      ),
      watch(pods, byNode),
    ],
    reconcile,
  });
}
