import { type FieldError, invalid } from '../values/fielderrors.ts';
import type { JsonObject } from '../values/types.ts';
import { atLeast, countOrPercent, labelSelector, none, oneOf, upTo100Percent } from './checks/checks.ts';
import { objectAt } from './checks/read.ts';
import { POD_DISRUPTION_BUDGETS } from './resources.data.ts';
import type { KindRow } from './row.ts';

export const POD_DISRUPTION_BUDGET: KindRow = {
  resource: POD_DISRUPTION_BUDGETS,
  applyOrder: 60,
  validate: validateBudget,
};

const COUNTS = ['disruptionsAllowed', 'currentHealthy', 'desiredHealthy', 'expectedPods'];

/** Kubernetes `pkg/apis/policy/validation/validation.go`. */
function validateBudget(budget: JsonObject): readonly FieldError[] {
  const spec = objectAt(budget, 'spec');
  const { minAvailable, maxUnavailable } = spec;
  return [
    ...(minAvailable !== undefined && maxUnavailable !== undefined
      ? [invalid('spec', spec, 'minAvailable and maxUnavailable cannot be both set')]
      : none),
    ...['minAvailable', 'maxUnavailable'].flatMap((key) => [
      ...countOrPercent(`spec.${key}`, spec[key]),
      ...upTo100Percent(`spec.${key}`, spec[key]),
    ]),
    ...labelSelector(objectAt(spec, 'selector'), 'spec.selector'),
    ...oneOf(spec, 'unhealthyPodEvictionPolicy', 'spec', ['AlwaysAllow', 'IfHealthyBudget']),
    ...COUNTS.flatMap((key) => atLeast(objectAt(budget, 'status'), key, 'status', 0)),
  ];
}
