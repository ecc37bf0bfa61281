import type { Node } from '../../kube/kinds/objects.data.ts';
import { type Amounts, addTo, amountsOfList } from './amounts.ts';
import type { PodInfo } from './podinfo.ts';

/** A node as the scheduler sees it. */
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

/** One that is kept current in place, by whoever made it and nobody else: a copy for each pod would cost more than the decision. */
export interface KeptNodeInfo extends NodeInfo {
  readonly pods: Map<string, PodInfo>;
  readonly requested: Record<string, number>;
  readonly weighed: Record<string, number>;
}

export function nodeInfo(node: Node, pods: Iterable<PodInfo> = []): KeptNodeInfo {
  const info = { ...ofNode(node), pods: new Map<string, PodInfo>(), requested: {}, weighed: {} };
  for (const pod of pods) addPod(info, pod);
  return info;
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
export const onNode = (info: KeptNodeInfo, node: Node): KeptNodeInfo => ({ ...info, ...ofNode(node) });

export function addPod(info: KeptNodeInfo, pod: PodInfo): void {
  removePod(info, pod.uid);
  info.pods.set(pod.uid, pod);
  addTo(info.requested, pod.requests, 1);
  addTo(info.weighed, pod.weighed, 1);
}

export function removePod(info: KeptNodeInfo, uid: string): void {
  const pod = info.pods.get(uid);
  if (!pod) return;
  info.pods.delete(uid);
  addTo(info.requested, pod.requests, -1);
  addTo(info.weighed, pod.weighed, -1);
}

/** What it would be with a pod more. */
export function withPod(info: NodeInfo, pod: PodInfo): NodeInfo {
  const copy = copyOf(info);
  addPod(copy, pod);
  return copy;
}

/** For what is tried, and not to be. */
export const copyOf = (info: NodeInfo): KeptNodeInfo => ({
  ...info,
  pods: new Map(info.pods),
  requested: { ...info.requested },
  weighed: { ...info.weighed },
});
