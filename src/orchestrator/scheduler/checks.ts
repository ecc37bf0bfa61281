import type { NodeCheck, NoNode, Refusal } from './filters/filter.ts';
import { FILTERS } from './filters/list.ts';
import { type NodeInfo, withPod } from './nodeinfo.ts';
import type { PodInfo } from './podinfo.ts';
import type { View } from './view.ts';
import type { PodVolumes } from './volumes.ts';

/** What keeps a pod from nodes, one filter after the other. */
export interface Checks {
  /** Undefined: it may run there. */
  refusal(info: NodeInfo): NamedRefusal | undefined;
  /** The storage of the pod, as it was checked. */
  readonly volumes: PodVolumes;
  /** Counts a pod more on a node, or (-1) less, from now on. */
  shift(info: NodeInfo, pod: PodInfo, by: 1 | -1): void;
}

export interface NamedRefusal extends Refusal {
  /** The filter. */
  readonly by: string;
}

export interface NamedNoNode extends NoNode {
  readonly by: string;
}

export function prepareChecks(pod: PodInfo, view: View): Checks | NamedNoNode {
  if (pod.excess) return { message: pod.excess, by: 'Excess' };
  const volumes = view.volumesOf(pod);
  const checks: { readonly name: string; readonly check: NodeCheck }[] = [];
  for (const { name, prepare } of FILTERS) {
    const prepared = prepare(pod, view, volumes);
    if (prepared && 'message' in prepared) return { ...prepared, by: name };
    if (prepared) checks.push({ name, check: prepared });
  }

  function first(info: NodeInfo): NamedRefusal | undefined {
    for (const { name, check } of checks) if (!check.check(info)) return { ...check.explain(info), by: name };
    return undefined;
  }

  function shift(info: NodeInfo, other: PodInfo, by: 1 | -1): void {
    for (const { check } of checks) check.shift?.(info, other, by);
  }

  /** As if the pods were there already. */
  function refusalWith(info: NodeInfo, coming: readonly PodInfo[]): NamedRefusal | undefined {
    for (const other of coming) shift(info, other, 1);
    const refusal = first(coming.reduce(withPod, info));
    for (const other of coming) shift(info, other, -1);
    return refusal;
  }

  return {
    volumes,
    shift,
    /** A pod that a node was promised to may come or not: the pod must fit with it and, where it needs others nearby, without it. */
    refusal(info) {
      const coming = view
        .nominatedTo(info.name)
        .filter((other) => other.uid !== pod.uid && other.priority >= pod.priority);
      return (coming.length > 0 ? refusalWith(info, coming) : undefined) ?? first(info);
    },
  };
}
