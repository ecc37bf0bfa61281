import type { Node } from '../../kube/kinds/objects.data.ts';
import { type Amounts, amountsOfList, plus } from './amounts.ts';
import type { PodInfo } from './podinfo.ts';

/** A node as the scheduler sees it. A value: a change makes another one. */
export interface NodeInfo {
  readonly node: Node;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly allocatable: Amounts;
  /** Pods that use its resources, by uid: bound or assumed, and not finished. */
  readonly pods: ReadonlyMap<string, PodInfo>;
  readonly requested: Amounts;
  /** `weighed` of its pods together. */
  readonly weighed: Amounts;
  /** Bytes of the images that it has, by each of their names. */
  readonly images: ReadonlyMap<string, number>;
}

export function nodeInfo(node: Node, pods: Iterable<PodInfo> = []): NodeInfo {
  const byUid = new Map<string, PodInfo>();
  let requested: Amounts = {};
  let weighed: Amounts = {};
  for (const pod of pods) {
    byUid.set(pod.uid, pod);
    requested = plus(requested, pod.requests);
    weighed = plus(weighed, pod.weighed);
  }
  return { ...ofNode(node), pods: byUid, requested, weighed };
}

function ofNode(node: Node): Pick<NodeInfo, 'node' | 'name' | 'labels' | 'allocatable' | 'images'> {
  const { allocatable, capacity, images = [] } = node.status ?? {};
  return {
    node,
    name: node.metadata.name ?? '',
    labels: node.metadata.labels ?? {},
    allocatable: amountsOfList(allocatable ?? capacity),
    images: new Map(
      images.flatMap(({ names = [], sizeBytes = 0 }) => names.map((name) => [name, sizeBytes] as const)),
    ),
  };
}

/** The same pods on what the node has become. */
export const onNode = (info: NodeInfo, node: Node): NodeInfo => ({ ...info, ...ofNode(node) });

/** With a pod more, or with what it has become. */
export function withPod(info: NodeInfo, pod: PodInfo): NodeInfo {
  const { pods, requested, weighed } = info.pods.has(pod.uid) ? withoutPod(info, pod.uid) : info;
  return {
    ...info,
    pods: new Map(pods).set(pod.uid, pod),
    requested: plus(requested, pod.requests),
    weighed: plus(weighed, pod.weighed),
  };
}

export function withoutPod(info: NodeInfo, uid: string): NodeInfo {
  const pod = info.pods.get(uid);
  if (!pod) return info;
  const pods = new Map(info.pods);
  pods.delete(uid);
  return {
    ...info,
    pods,
    requested: plus(info.requested, pod.requests, -1),
    weighed: plus(info.weighed, pod.weighed, -1),
  };
}
