import type { Node } from '../../kube/kinds/objects.data.ts';
import { type Checks, type NamedRefusal, prepareChecks } from './checks.ts';
import type { NodeInfo } from './nodeinfo.ts';
import type { PodInfo } from './podinfo.ts';
import type { Profile } from './profiles.ts';
import { best } from './rank.ts';
import type { View } from './view.ts';
import { type Needs, type PodVolumes, volumesOn } from './volumes.ts';

export type Placement =
  /** `needs`: what its storage needs there before it is bound. */
  { readonly type: 'bind'; readonly node: string; readonly needs: Needs } | Unschedulable;

export interface Unschedulable {
  readonly type: 'unschedulable';
  /** In the wording of kube-scheduler (`framework/types.go` FitError). */
  readonly message: string;
  /** The filters that kept it from nodes, by name; none where there is no node. */
  readonly by: ReadonlySet<string>;
  /** By the name of the node; none where the reason is none of a node. */
  readonly refusals: ReadonlyMap<string, NamedRefusal>;
}

/** The node for a pod, or why there is none. */
export function place(pod: PodInfo, view: View, profile: Profile): Placement {
  const { nodes } = view;
  if (nodes.length === 0) return unschedulable('no nodes available to schedule pods', []);
  const checks = prepareChecks(pod, view);
  if ('message' in checks)
    return unschedulable(`0/${nodes.length} nodes are available: ${checks.message}.`, [checks.by]);
  // Where others made way for it.
  const nominated = view.node(view.nominationOf(pod.uid) ?? '');
  if (nominated && !checks.refusal(nominated)) return bindTo(nominated, checks);
  const { fitting, refusals } = sift(nodes, checks);
  const chosen = best(pod, fitting, view, profile);
  return chosen ? bindTo(chosen, checks) : refused(nodes.length, refusals);
}

function sift(nodes: readonly NodeInfo[], checks: Checks) {
  const fitting: NodeInfo[] = [];
  const refusals = new Map<string, NamedRefusal>();
  for (const info of nodes) {
    const refusal = checks.refusal(info);
    if (refusal) refusals.set(info.name, refusal);
    else fitting.push(info);
  }
  return { fitting, refusals };
}

const bindTo = ({ name, node }: NodeInfo, { volumes }: Checks): Placement => ({
  type: 'bind',
  node: name,
  needs: needsOn(volumes, node),
});

function needsOn(volumes: PodVolumes, node: Node): Needs {
  const found = volumes.type === 'claims' ? volumesOn(volumes, node) : undefined;
  return found?.ok ? found.needs : { bindings: [], provisions: [] };
}

function unschedulable(
  message: string,
  by: Iterable<string>,
  refusals: Unschedulable['refusals'] = new Map(),
): Unschedulable {
  return { type: 'unschedulable', message, by: new Set(by), refusals };
}

function refused(count: number, refusals: Unschedulable['refusals']): Unschedulable {
  const all = [...refusals.values()];
  const by = all.map((refusal) => refusal.by);
  return unschedulable(
    fitError(
      count,
      all.flatMap(({ reasons }) => reasons),
    ),
    by,
    refusals,
  );
}

/** Equal reasons are counted. */
export function fitError(nodes: number, reasons: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  const counted = [...counts].map(([reason, count]) => `${count} ${reason}`).sort();
  return `0/${nodes} nodes are available: ${counted.join(', ')}.`;
}
