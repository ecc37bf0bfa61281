import type { TopologySpreadConstraint } from '../../kube/kinds/objects.data.ts';
import { fitsNode } from '../../kube/kinds/podspec/nodeaffinity.ts';
import type { Labels } from '../../kube/values/selectors.ts';
import { untolerated } from './filters/taints.ts';
import type { NodeInfo } from './nodeinfo.ts';
import type { PodInfo } from './podinfo.ts';
import { podSelector, sameAs } from './terms.ts';

/** A topologySpreadConstraint that has been read (KEP-895, KEP-3022, KEP-3094, KEP-3243). */
export interface Spread {
  readonly topologyKey: string;
  readonly maxSkew: number;
  readonly minDomains: number;
  selects(labels: Labels): boolean;
  /** Whether the pods and the domain of a node count, as far as taints and node affinity have a say. */
  counts(info: NodeInfo): boolean;
}

export function spreadsOf(
  pod: PodInfo,
  when: TopologySpreadConstraint['whenUnsatisfiable'],
): readonly Spread[] {
  return (pod.pod.spec.topologySpreadConstraints ?? [])
    .filter(({ whenUnsatisfiable }) => whenUnsatisfiable === when)
    .map((constraint) => spreadOf(pod, constraint));
}

function spreadOf(pod: PodInfo, constraint: TopologySpreadConstraint): Spread {
  const { topologyKey, maxSkew, minDomains = 1, labelSelector, matchLabelKeys } = constraint;
  const { nodeAffinityPolicy = 'Honor', nodeTaintsPolicy = 'Ignore' } = constraint;
  return {
    topologyKey,
    maxSkew,
    minDomains,
    selects: podSelector(labelSelector, sameAs(pod.labels, matchLabelKeys, 'In')),
    counts: ({ node }) =>
      (nodeAffinityPolicy === 'Ignore' || fitsNode(pod.pod, node)) &&
      (nodeTaintsPolicy === 'Ignore' || untolerated(pod, node.spec?.taints) === undefined),
  };
}

export const hasEveryDomain = (
  { labels }: NodeInfo,
  spreads: readonly Pick<Spread, 'topologyKey'>[],
): boolean => spreads.every(({ topologyKey }) => labels[topologyKey] !== undefined);
