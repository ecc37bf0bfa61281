import type { NodeInfo } from './nodeinfo.ts';
import type { PodInfo } from './podinfo.ts';
import type { Profile } from './profiles.ts';
import type { View } from './view.ts';

/** The node with the highest weighted sum of scores, of equal ones the first by name. */
export function best(
  pod: PodInfo,
  nodes: readonly NodeInfo[],
  view: View,
  profile: Profile,
): NodeInfo | undefined {
  if (nodes.length < 2) return nodes[0];
  const totals = new Float64Array(nodes.length);
  for (const [score, weight] of profile) {
    const rates = score.rate(pod, nodes, view);
    rates?.forEach((rate, i) => {
      totals[i] = (totals[i] ?? 0) + weight * rate;
    });
  }
  let found = 0;
  for (let i = 1; i < nodes.length; i++) {
    const ahead = (totals[i] ?? 0) - (totals[found] ?? 0);
    if (ahead > 0 || (ahead === 0 && nameOf(nodes, i) < nameOf(nodes, found))) found = i;
  }
  return nodes[found];
}

const nameOf = (nodes: readonly NodeInfo[], i: number): string => nodes[i]?.name ?? '';
