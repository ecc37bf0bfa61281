import { HOSTNAME_LABEL, ZONE_LABEL } from '../../../kube/kinds/nodes/words.ts';
import type { NodeInfo } from '../nodeinfo.ts';
import type { PodInfo } from '../podinfo.ts';
import { hasEveryDomain, type Spread, spreadsOf } from '../spread.ts';
import { nodesOf } from '../topology.ts';
import type { View } from '../view.ts';
import { HIGHEST, type Score } from './score.ts';

/** Kubernetes' default constraints: pods of one controller, where the pod has no constraint of its own. */
const DEFAULTS = [
  { topologyKey: HOSTNAME_LABEL, maxSkew: 3 },
  { topologyKey: ZONE_LABEL, maxSkew: 5 },
] as const;

/** plugins/podtopologyspread, scoring.go: constraints with `ScheduleAnyway`. */
export const POD_TOPOLOGY_SPREAD_SCORE: Score = {
  name: 'PodTopologySpread',
  rate(pod, nodes, view) {
    const spreads = spreadsOf(pod, 'ScheduleAnyway');
    if (spreads.length === 0) return undefined;
    const rated = nodes.filter((info) => hasEveryDomain(info, spreads));
    const isRated = new Set(rated);
    const counted = spreads.map((spread) => countBy(spread, matching(pod, spread, spreads, view), rated));
    return normalized(nodes.map((info) => (isRated.has(info) ? crowd(info, counted) : undefined)));
  },
};

/** The same, by the default constraints for pods that have none. */
export const DEFAULT_SPREAD_SCORE: Score = {
  name: 'PodTopologySpread',
  rate(pod, nodes, view) {
    if ((pod.pod.spec.topologySpreadConstraints ?? []).length > 0)
      return POD_TOPOLOGY_SPREAD_SCORE.rate(pod, nodes, view);
    if (pod.owner === undefined) return undefined;
    const siblings = [...nodesOf({ pod, on: view.ownedBy(pod.owner) }, view)];
    if (siblings.length === 0) return undefined;
    const counted = DEFAULTS.map((spread) => countBy(spread, siblings, nodes));
    return normalized(nodes.map((info) => crowd(info, counted)));
  },
};

type Crowd = readonly (readonly [NodeInfo, number])[];
type Counted = Pick<Spread, 'topologyKey' | 'maxSkew'> & {
  readonly counts: ReadonlyMap<string, number>;
  /** A domain among many counts more than one among few, so that neither drowns the other. */
  readonly weight: number;
};

const matching = (pod: PodInfo, spread: Spread, spreads: readonly Spread[], view: View): Crowd =>
  [...view.alikeIn(pod.namespace)]
    .filter((alike) => !alike.pod.isLeaving && spread.selects(alike.pod.labels))
    .flatMap((alike) => [...nodesOf(alike, view)])
    .filter(([info]) => hasEveryDomain(info, spreads) && spread.counts(info));

/** By the domains of the nodes that are rated. */
function countBy(
  { topologyKey, maxSkew }: Pick<Spread, 'topologyKey' | 'maxSkew'>,
  crowd: Crowd,
  rated: readonly NodeInfo[],
): Counted {
  const counts = new Map<string, number>();
  for (const { labels } of rated) {
    const value = labels[topologyKey];
    if (value !== undefined) counts.set(value, 0);
  }
  for (const [{ labels }, count] of crowd) {
    const known = counts.get(labels[topologyKey] ?? '');
    if (known !== undefined) counts.set(labels[topologyKey] ?? '', known + count);
  }
  return { topologyKey, maxSkew, counts, weight: Math.log(counts.size + 2) };
}

/** The higher `maxSkew`, the less a difference counts once all are put in proportion. */
function crowd({ labels }: NodeInfo, counted: readonly Counted[]): number {
  let sum = 0;
  for (const { topologyKey, maxSkew, counts, weight } of counted) {
    const count = counts.get(labels[topologyKey] ?? '');
    if (count !== undefined) sum += count * weight + maxSkew - 1;
  }
  return Math.round(sum);
}

/** The least crowded is the best; undefined is what lacks a domain, and the worst. */
function normalized(crowds: readonly (number | undefined)[]): readonly number[] {
  const known = crowds.filter((one) => one !== undefined);
  const [least, most] = [Math.min(...known), Math.max(...known)];
  return crowds.map((one) => {
    if (one === undefined) return 0;
    return most === 0 ? HIGHEST : Math.floor((HIGHEST * (most + least - one)) / most);
  });
}
