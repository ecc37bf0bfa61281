import type { NodeInfo } from '../nodeinfo.ts';
import type { PodInfo } from '../podinfo.ts';
import { HIGHEST, type Score } from './score.ts';

const WEIGHED = ['cpu', 'memory'] as const;

/** plugins/noderesources, least_allocated.go: the more is left once the pod is there, the better. */
export const LEAST_ALLOCATED: Score = {
  name: 'NodeResourcesFit',
  rate: (pod, nodes) => nodes.map((info) => mean(shares(pod, info, (share) => Math.max(0, 1 - share)))),
};

/** plugins/noderesources, most_allocated.go: the less is left, the better. */
export const MOST_ALLOCATED: Score = {
  name: 'NodeResourcesFit',
  rate: (pod, nodes) => nodes.map((info) => mean(shares(pod, info, (share) => Math.min(1, share)))),
};

function shares(pod: PodInfo, info: NodeInfo, rate: (share: number) => number): readonly number[] {
  return WEIGHED.flatMap((name) => {
    const all = info.allocatable[name] ?? 0;
    const used = (info.weighed[name] ?? 0) + (pod.weighed[name] ?? 0);
    return all === 0 ? [] : [Math.floor(HIGHEST * rate(used / all))];
  });
}

const mean = (numbers: readonly number[]): number =>
  numbers.length === 0 ? 0 : Math.floor(numbers.reduce((sum, one) => sum + one, 0) / numbers.length);

/** plugins/noderesources, balanced_allocation.go: cpu and memory in the same proportion; a pod that asks for neither changes nothing. */
export const BALANCED_ALLOCATION: Score = {
  name: 'NodeResourcesBalancedAllocation',
  rate(pod, nodes) {
    if (WEIGHED.every((name) => pod.requests[name] === undefined)) return undefined;
    return nodes.map((info) => {
      const [cpu, memory] = WEIGHED.map((name) => {
        const all = info.allocatable[name] ?? 0;
        const used = (info.requested[name] ?? 0) + (pod.requests[name] ?? 0);
        return all === 0 ? 0 : Math.min(1, used / all);
      });
      // The standard deviation of two numbers.
      return Math.floor(HIGHEST * (1 - Math.abs((cpu ?? 0) - (memory ?? 0)) / 2));
    });
  },
};
