import type { Informer } from '../../kube/client/informer.ts';
import type { Namespace, Node, Pod } from '../../kube/kinds/objects.data.ts';
import { isFinished } from '../../kube/kinds/podspec/phase.ts';
import { deepEqual } from '../../kube/values/equal.ts';
import type { Cluster } from './cluster.ts';
import type { Change } from './filters/filter.ts';
import { isPending, isSameNode, isSamePod } from './pending.ts';
import { podInfo } from './podinfo.ts';
import type { Entry, SchedulingQueue } from './queue.ts';

export interface FollowOptions {
  readonly pods: Informer<Pod>;
  readonly nodes: Informer<Node>;
  readonly namespaces: Informer<Namespace>;
  readonly cluster: Cluster;
  readonly queue: SchedulingQueue;
  readonly wake: (change: Change) => void;
  /** Chosen for a node by the scheduler itself: what is known of those is newer than what the cache shows. */
  readonly assumed: Map<string, Entry>;
  readonly evicted: Set<string>;
}

/** Keeps the cluster and the queue as the caches are, and wakes pods by what has changed. */
export function follow(options: FollowOptions): void {
  const { pods, nodes, namespaces, cluster, queue, wake, assumed, evicted } = options;

  function onNode(pod: Pod, node: string, before: Pod | undefined): void {
    const { uid = '' } = pod.metadata;
    if (before && isSamePod(before, pod) && cluster.nodeOf(uid) === node) return;
    const info = podInfo(pod);
    queue.remove(info.uid);
    assumed.delete(info.uid);
    cluster.unnominate(info.uid);
    cluster.place(info, node);
    if (!before?.spec.nodeName || !deepEqual(before.metadata.labels, pod.metadata.labels))
      wake({ type: 'placed', pod: info });
  }

  function gone(uid: string): void {
    queue.remove(uid);
    assumed.delete(uid);
    evicted.delete(uid);
    cluster.unnominate(uid);
    const left = cluster.remove(uid);
    if (left) wake({ type: 'left', pod: left });
  }

  function unbound(pod: Pod, uid: string, before: Pod | undefined): void {
    if (assumed.has(uid)) return;
    if (!isPending(pod)) {
      gone(uid);
      return;
    }
    const isNew = !before || !isPending(before) || !isSamePod(before, pod);
    const promised = pod.status?.nominatedNodeName;
    const isPromiseNew = promised !== before?.status?.nominatedNodeName;
    if (!isNew && !isPromiseNew) return;
    const info = podInfo(pod);
    if (promised) cluster.nominate(info, promised);
    else if (isPromiseNew) cluster.unnominate(uid);
    if (isNew) queue.add(info);
  }

  function observe(pod: Pod, before?: Pod): void {
    const { uid = '' } = pod.metadata;
    if (isFinished(pod)) gone(uid);
    else if (pod.spec.nodeName) onNode(pod, pod.spec.nodeName, before);
    else unbound(pod, uid, before);
  }

  pods.listen({
    add: (pod) => observe(pod),
    update: observe,
    delete: ({ metadata: { uid = '' } }) => gone(uid),
  });

  function nodeCame(node: Node): void {
    cluster.setNode(node);
    const info = cluster.node(node.metadata.name ?? '');
    if (info) wake({ type: 'node', info });
  }

  nodes.listen({
    add: nodeCame,
    update(node, before) {
      if (!isSameNode(node, before)) nodeCame(node);
    },
    delete: ({ metadata: { name = '' } }) => cluster.removeNode(name),
  });
  namespaces.listen({
    add: () => wake({ type: 'namespace' }),
    update(namespace, before) {
      if (!deepEqual(namespace.metadata.labels, before.metadata.labels)) wake({ type: 'namespace' });
    },
  });
}
