import type { PodDisruptionBudget } from '../../kube/kinds/objects.data.ts';
import { compileSelector } from '../../kube/values/compiledselector.ts';
import { selectorOf } from '../../kube/values/selectors.ts';
import type { PodInfo } from './podinfo.ts';

export interface Split {
  /** A budget would be overdrawn by them, if all went in this order. */
  readonly violating: readonly PodInfo[];
  readonly others: readonly PodInfo[];
}

/** Kubernetes `defaultpreemption/default_preemption.go` filterPodsWithPDBViolation; keeps the order. */
export function splitByBudgets(pods: readonly PodInfo[], budgets: readonly PodDisruptionBudget[]): Split {
  const accounts = budgets.map(accountOf);
  const [violating, others]: [PodInfo[], PodInfo[]] = [[], []];
  for (const pod of pods) {
    const drawn = accounts.filter((account) => account.concerns(pod));
    for (const account of drawn) account.left--;
    (drawn.some(({ left }) => left < 0) ? violating : others).push(pod);
  }
  return { violating, others };
}

/** An empty selector means no pod here, and one that was evicted a moment ago has been counted. */
function accountOf({ metadata, spec, status }: PodDisruptionBudget) {
  const requirements = selectorOf(spec?.selector) ?? [];
  const selects = compileSelector(requirements);
  return {
    left: status?.disruptionsAllowed ?? 0,
    concerns: ({ pod, namespace, labels }: PodInfo): boolean =>
      namespace === metadata.namespace &&
      requirements.length > 0 &&
      Object.keys(labels ?? {}).length > 0 &&
      selects(labels) &&
      !Object.hasOwn(status?.disruptedPods ?? {}, pod.metadata.name ?? ''),
  };
}
