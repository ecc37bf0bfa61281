import type { NodeInfo } from '../nodeinfo.ts';
import type { PodInfo } from '../podinfo.ts';
import { hasEveryDomain, type Spread, spreadsOf } from '../spread.ts';
import { nodesOf } from '../topology.ts';
import type { View } from '../view.ts';
import type { Change, Filter, NodeCheck } from './filter.ts';

const REASON = "node(s) didn't match pod topology spread constraints";

/** plugins/podtopologyspread, filtering.go: constraints with `DoNotSchedule`. */
export const POD_TOPOLOGY_SPREAD: Filter = {
  name: 'PodTopologySpread',
  prepare(pod, view) {
    const spreads = spreadsOf(pod, 'DoNotSchedule');
    return spreads.length === 0 ? undefined : checkOf(pod, spreads, view);
  },
  isHelpedBy: helps,
};

function checkOf(pod: PodInfo, spreads: readonly Spread[], view: View): NodeCheck {
  const counts = spreads.map((spread) => matchingByDomain(pod, spread, spreads, view));
  /** As small as any domain has, or none where there are too few domains. */
  const least = (i: number): number => {
    const domains = counts[i] ?? new Map<string, number>();
    return domains.size < (spreads[i]?.minDomains ?? 1) ? 0 : smallest(domains);
  };
  let floors = spreads.map((_, i) => least(i));
  const fits = (info: NodeInfo): boolean =>
    spreads.every(({ topologyKey, maxSkew, selects }, i) => {
      const matching = counts[i]?.get(info.labels[topologyKey] ?? '') ?? 0;
      return matching + (selects(pod.labels) ? 1 : 0) - (floors[i] ?? 0) <= maxSkew;
    });
  return {
    check: (info) => hasEveryDomain(info, spreads) && fits(info),
    explain: (info) =>
      hasEveryDomain(info, spreads)
        ? { reasons: [REASON], mayYield: true }
        : { reasons: [`${REASON} (missing required label)`], mayYield: false },
    shift(info, other, by) {
      if (other.namespace !== pod.namespace || !hasEveryDomain(info, spreads)) return;
      spreads.forEach(({ topologyKey, selects, counts: isCounted }, i) => {
        if (!selects(other.labels) || !isCounted(info)) return;
        const value = info.labels[topologyKey] ?? '';
        counts[i]?.set(value, (counts[i]?.get(value) ?? 0) + by);
      });
      floors = spreads.map((_, i) => least(i));
    },
  };
}

/** Every domain that counts, with the pods there that the constraint speaks of. */
function matchingByDomain(
  pod: PodInfo,
  spread: Spread,
  spreads: readonly Spread[],
  view: View,
): Map<string, number> {
  const domains = new Map<string, number>();
  const isCounted = (info: NodeInfo) => hasEveryDomain(info, spreads) && spread.counts(info);
  for (const info of view.nodes) if (isCounted(info)) domains.set(info.labels[spread.topologyKey] ?? '', 0);
  for (const alike of view.alikeIn(pod.namespace)) {
    if (alike.pod.isLeaving || !spread.selects(alike.pod.labels)) continue;
    for (const [info, count] of nodesOf(alike, view)) {
      if (!isCounted(info)) continue;
      const value = info.labels[spread.topologyKey] ?? '';
      domains.set(value, (domains.get(value) ?? 0) + count);
    }
  }
  return domains;
}

function smallest(domains: ReadonlyMap<string, number>): number {
  let least = Number.POSITIVE_INFINITY;
  for (const count of domains.values()) least = Math.min(least, count);
  return least;
}

function helps(pod: PodInfo, change: Change): boolean {
  switch (change.type) {
    case 'placed':
    case 'left':
      return change.pod.namespace === pod.namespace;
    case 'node':
      return true;
    default:
      return false;
  }
}
