import type { ClusterRole, PolicyRule } from '../../../kube/kinds/objects.data.ts';
import { deepEqual } from '../../../kube/values/equal.ts';
import { selectorMatches } from '../../../kube/values/selectors.ts';

/**
 * The rules that a role with an aggregation rule has to have: those of the other roles that its selectors choose, by selector and
 * name, each once. undefined: it has them, or gathers nothing (Kubernetes `clusterroleaggregation_controller.go` syncClusterRole).
 */
export function decideRules(
  role: ClusterRole,
  all: readonly ClusterRole[],
): readonly PolicyRule[] | undefined {
  const selectors = role.aggregationRule?.clusterRoleSelectors;
  if (!selectors) return undefined;
  const others = all
    .filter(({ metadata }) => metadata.name !== role.metadata.name)
    .sort((a, b) => ((a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1));
  const gathered: PolicyRule[] = [];
  for (const selector of selectors) {
    const chosen = others.filter(({ metadata }) => selectorMatches(selector, metadata.labels));
    for (const rule of chosen.flatMap(({ rules = [] }) => rules)) {
      if (!gathered.some((known) => deepEqual(known, rule))) gathered.push(rule);
    }
  }
  return deepEqual(gathered, role.rules ?? []) ? undefined : gathered;
}
