import type { NodeInfo } from '../nodeinfo.ts';
import type { PodInfo } from '../podinfo.ts';
import { type Filter, onNodeChange, type Refusal } from './filter.ts';

/** plugins/noderesources, fit.go: cpu, memory, extended resources as `example.com/gpu`, and how many pods a node takes. */
export const NODE_RESOURCES_FIT: Filter = {
  name: 'NodeResourcesFit',
  prepare: (pod) => {
    const wanted = Object.entries(pod.requests);
    return {
      check: (info) => !isFull(info) && wanted.every(([name, amount]) => amount <= free(info, name)),
      explain: (info) => shortages(pod, info),
    };
  },
  // Whatever a pod asked for, its place among the pods of its node is free.
  isHelpedBy: (pod, change) => change.type === 'left' || onNodeChange(fitsWhenEmpty)(pod, change),
};

const isFull = ({ pods, allocatable }: NodeInfo): boolean =>
  allocatable.pods !== undefined && pods.size + 1 > allocatable.pods;

const free = ({ allocatable, requested }: NodeInfo, name: string): number =>
  (allocatable[name] ?? 0) - (requested[name] ?? 0);

function shortages({ requests }: PodInfo, info: NodeInfo): Refusal {
  const missing = Object.entries(requests).filter(([name, amount]) => amount > free(info, name));
  return {
    reasons: [...(isFull(info) ? ['Too many pods'] : []), ...missing.map(([name]) => `Insufficient ${name}`)],
    // What the whole node has not, nobody can give up.
    mayYield: missing.every(([name, amount]) => amount <= (info.allocatable[name] ?? 0)),
  };
}

const fitsWhenEmpty = ({ requests }: PodInfo, { allocatable }: NodeInfo): boolean =>
  Object.entries(requests).every(([name, amount]) => amount <= (allocatable[name] ?? 0));
