import type { Job, SuccessPolicyRule } from '../../../kube/kinds/objects.data.ts';
import { countOf, type Intervals, overlapOf, parseIndexes } from './intervals.ts';

/** Which rule of the successPolicy is met, in Kubernetes' words; undefined: none (KEP-3998, `success_policy.go` matchSuccessPolicy). */
export function metSuccessPolicy({ spec }: Job, succeeded: Intervals): string | undefined {
  if (succeeded.length === 0) return undefined;
  const met = (spec.successPolicy?.rules ?? []).findIndex((rule) =>
    isMet(rule, succeeded, spec.completions ?? 0),
  );
  return met < 0 ? undefined : `Matched rules at index ${met}`;
}

function isMet(
  { succeededIndexes, succeededCount }: SuccessPolicyRule,
  succeeded: Intervals,
  completions: number,
): boolean {
  if (succeededIndexes === undefined) {
    return succeededCount !== undefined && countOf(succeeded) >= succeededCount;
  }
  const required = parseIndexes(succeededIndexes, completions);
  const count = overlapOf(required, succeeded);
  return required.length > 0 && (count === countOf(required) || count >= (succeededCount ?? Infinity));
}
