import type { NodeInfo } from '../nodeinfo.ts';
import type { PodInfo } from '../podinfo.ts';
import { HIGHEST, type Score } from './score.ts';

const WEIGHED = ['cpu', 'memory'] as const;

/** plugins/noderesources, least_allocated.go: the more is left once the pod is there, the better. */
export const LEAST_ALLOCATED: Score = {
  name: 'NodeResourcesFit',
  rate: (pod, nodes) => nodes.map((info) => byShares(pod, info, (share) => Math.max(0, 1 - share))),
};

/** plugins/noderesources, most_allocated.go: the less is left, the better. */
export const MOST_ALLOCATED: Score = {
  name: 'NodeResourcesFit',
  rate: (pod, nodes) => nodes.map((info) => byShares(pod, info, (share) => Math.min(1, share))),
};

/** The mean over resources that the node has; without arrays in between: it is asked of every node for every pod. */
function byShares(pod: PodInfo, info: NodeInfo, rate: (share: number) => number): number {
  let [sum, count] = [0, 0];
  for (const name of WEIGHED) {
    const all = info.allocatable[name] ?? 0;
    if (all === 0) continue;
    sum += Math.floor(HIGHEST * rate(((info.weighed[name] ?? 0) + (pod.weighed[name] ?? 0)) / all));
    count++;
  }
  return count === 0 ? 0 : Math.floor(sum / count);
}

/** plugins/noderesources, balanced_allocation.go: cpu and memory in the same proportion; a pod that asks for neither changes nothing. */
export const BALANCED_ALLOCATION: Score = {
  name: 'NodeResourcesBalancedAllocation',
  rate(pod, nodes) {
    if (WEIGHED.every((name) => pod.requests[name] === undefined)) return undefined;
    const share = (info: NodeInfo, name: string): number => {
      const all = info.allocatable[name] ?? 0;
      return all === 0 ? 0 : Math.min(1, ((info.requested[name] ?? 0) + (pod.requests[name] ?? 0)) / all);
    };
    // The standard deviation of two numbers.
    return nodes.map((info) =>
      Math.floor(HIGHEST * (1 - Math.abs(share(info, 'cpu') - share(info, 'memory')) / 2)),
    );
  },
};
