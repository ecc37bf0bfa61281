import type { Node, Pod } from '../../kube/kinds/objects.data.ts';
import { FILTERS, type Filter } from './filters.ts';
import type { NodeInfo } from './nodeinfo.ts';
import { type Policy, SCORES } from './scores.ts';
import { type ClaimsOfPod, type Needs, type PodVolumes, volumesOn } from './volumes.ts';

export type Placement =
  /** `needs`: what its storage needs there before it is bound. */
  | { readonly type: 'bind'; readonly node: string; readonly needs: Needs }
  | { readonly type: 'unschedulable'; readonly message: string };

/** The node for a pod, or why there is none, in the wording of kube-scheduler (`framework/types.go` FitError). */
export function place(
  pod: Pod,
  nodes: readonly NodeInfo[],
  policy: Policy,
  seed: string,
  volumes: PodVolumes = { type: 'none' },
): Placement {
  if (volumes.type === 'refused' && nodes.length > 0)
    return unschedulable(`0/${nodes.length} nodes are available: ${volumes.message}.`);
  const filters = volumes.type === 'claims' ? [...FILTERS, volumeFilter(volumes)] : FILTERS;
  const fitting = nodes.filter((info) => filters.every((filter) => filter.check(pod, info)));
  const score = (info: NodeInfo): number => SCORES[policy](pod, info, seed);
  const [best] = fitting
    .map((info) => ({ info, score: score(info) }))
    .sort((a, b) => b.score - a.score || (a.info.name < b.info.name ? -1 : 1));
  if (!best) return unschedulable(explain(pod, nodes, filters));
  const { name, node } = best.info;
  return { type: 'bind', node: name, needs: needsOn(volumes, node) };
}

const unschedulable = (message: string): Placement => ({ type: 'unschedulable', message });

function needsOn(volumes: PodVolumes, node: Node): Needs {
  const found = volumes.type === 'claims' ? volumesOn(volumes, node) : undefined;
  return found?.ok ? found.needs : { bindings: [], provisions: [] };
}

function volumeFilter(volumes: ClaimsOfPod): Filter {
  return {
    name: 'VolumeBinding',
    check: (_, { node }) => volumesOn(volumes, node).ok,
    explain(_, { node }) {
      const found = volumesOn(volumes, node);
      return found.ok ? [] : found.reasons;
    },
  };
}

function explain(pod: Pod, nodes: readonly NodeInfo[], filters: readonly Filter[]): string {
  if (nodes.length === 0) return 'no nodes available to schedule pods';
  const counts = new Map<string, number>();
  for (const info of nodes) {
    const filter = filters.find((one) => !one.check(pod, info));
    for (const reason of filter?.explain(pod, info) ?? []) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }
  const reasons = [...counts].map(([reason, count]) => `${count} ${reason}`).sort();
  return `0/${nodes.length} nodes are available: ${reasons.join(', ')}.`;
}
