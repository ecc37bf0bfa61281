import type { DaemonSet, Node, Pod } from '../../../kube/kinds/objects.data.ts';
import { isFinished } from '../../../kube/kinds/podspec/phase.ts';
import { oldestFirst } from '../../../kube/values/age.ts';
import { share } from '../intorpercent.ts';
import { availableInMs, isLeaving } from '../pods.ts';
import { type Eligibility, eligibility } from './eligible.ts';
import { targetNode } from './template.ts';

/** A set, its nodes, and its pods by the node that they are on or meant for. */
export interface Spread {
  readonly set: DaemonSet;
  /** The hash of the template that the set has. */
  readonly hash: string;
  readonly nodes: readonly NodeOfSet[];
  /** Of nodes that are gone, too. */
  readonly podsByNode: ReadonlyMap<string, readonly Pod[]>;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

export interface NodeOfSet extends Eligibility {
  readonly name: string;
}

export function spread(
  set: DaemonSet,
  hash: string,
  nodes: readonly Node[],
  pods: readonly Pod[],
  now: number,
): Spread {
  const podsByNode = new Map<string, Pod[]>();
  for (const pod of pods) {
    const node = targetNode(pod);
    // One that has ended and is being deleted only waits for its end in the store.
    if (node === undefined || (isFinished(pod) && isLeaving(pod))) continue;
    podsByNode.set(node, [...(podsByNode.get(node) ?? []), pod]);
  }
  const named = nodes.map((node) => ({ name: node.metadata.name ?? '', ...eligibility(set, node) }));
  return { set, hash, nodes: named, podsByNode, now };
}

export const isAvailable = ({ set, now }: Spread, pod: Pod): boolean =>
  availableInMs(pod, set.spec.minReadySeconds ?? 0, now) === 0;

/** On a node before waiting for one, then the oldest first (Kubernetes `daemon_controller.go` podByCreationTimestampAndPhase). */
export const keptFirst = (a: Pod, b: Pod): number =>
  Number(!a.spec.nodeName) - Number(!b.spec.nodeName) || oldestFirst(a, b);

/** How many pods of nodes may be missing and how many may be there twice during an update; both round up. */
export interface Limits {
  readonly surge: number;
  readonly unavailable: number;
}

/** `wanted`: of how many nodes. If both were 0 nothing could ever change (Kubernetes `update.go` updatedDesiredNodeCounts). */
export function limitsOf({ spec }: DaemonSet, wanted: number): Limits {
  const { type, rollingUpdate: { maxSurge = 0, maxUnavailable = 1 } = {} } = spec.updateStrategy ?? {};
  if (type === 'OnDelete') return { surge: 0, unavailable: 0 };
  const surge = share(maxSurge, wanted, Math.ceil);
  const unavailable = share(maxUnavailable, wanted, Math.ceil);
  return { surge, unavailable: surge === 0 && unavailable === 0 ? 1 : unavailable };
}
