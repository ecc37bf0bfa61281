import type { NodeInfo } from '../nodeinfo.ts';
import type { PodInfo } from '../podinfo.ts';
import type { View } from '../view.ts';
import type { PodVolumes } from '../volumes.ts';

/** One reason why a pod may not run on a node: a plug-in of kube-scheduler, by its name there. */
export interface Filter {
  readonly name: string;
  /** What is to be checked of each node for this pod, whose storage is `volumes`; undefined: nothing. */
  prepare(pod: PodInfo, view: View, volumes: PodVolumes): NodeCheck | NoNode | undefined;
  /** Whether a pod that it kept from nodes may fare better after a change (queueing hints, KEP-4247). */
  isHelpedBy(pod: PodInfo, change: Change): boolean;
}

export interface NodeCheck {
  check(info: NodeInfo): boolean;
  /** Called only after a failed check. */
  explain(info: NodeInfo): Refusal;
  /** Of what counts pods on several nodes: counts one more on a node, or (-1) one less, from now on. */
  shift?(info: NodeInfo, pod: PodInfo, by: 1 | -1): void;
}

export interface Refusal {
  /** In the wording of Kubernetes, which follows a count of nodes. */
  readonly reasons: readonly string[];
  /** Another pod's end could help. */
  readonly mayYield: boolean;
}

/** No node will do, whatever it is; the message stands for itself. */
export interface NoNode {
  readonly message: string;
}

export type Change =
  /** A node came, or something that filters read has changed of it. */
  | { readonly type: 'node'; readonly info: NodeInfo }
  /** A pod came to a node, or its labels changed there. */
  | { readonly type: 'placed'; readonly pod: PodInfo }
  /** A pod left its node, or ended. */
  | { readonly type: 'left'; readonly pod: PodInfo }
  | { readonly type: 'namespace' }
  | { readonly type: 'storage' };

/** For what depends on the node alone. */
export const onNodeChange =
  (check: (pod: PodInfo, info: NodeInfo) => boolean) =>
  (pod: PodInfo, change: Change): boolean =>
    change.type === 'node' && check(pod, change.info);
