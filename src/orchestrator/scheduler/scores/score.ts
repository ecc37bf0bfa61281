import type { NodeInfo } from '../nodeinfo.ts';
import type { PodInfo } from '../podinfo.ts';
import type { View } from '../view.ts';

/** How good a node is for a pod, by one measure: a plug-in of kube-scheduler, by its name there. */
export interface Score {
  readonly name: string;
  /** A number for each of the nodes in their order, from 0 to 100, the higher the better; undefined: it makes no difference. */
  rate(pod: PodInfo, nodes: readonly NodeInfo[], view: View): readonly number[] | undefined;
}

export const HIGHEST = 100;

/** In proportion to the largest, which becomes 100 (kube-scheduler `helper/normalize_score.go`); none where all are 0. */
export function proportional(raw: readonly number[]): readonly number[] | undefined {
  const largest = Math.max(...raw);
  return largest === 0 ? undefined : raw.map((one) => Math.floor((HIGHEST * one) / largest));
}
