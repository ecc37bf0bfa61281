import type { Condition, Gateway, HTTPRoute } from '../kube/kinds/gateways/objects.ts';
import type { Verdict } from './verdict.ts';

const HEALTHY: Verdict = { state: 'Healthy' };
const NOT_YET: Verdict = {
  state: 'Progressing',
  reason: 'NotReconciled',
  message: 'no controller has said yet that it serves this',
};
/** Reasons of a controller that is not done. */
const PENDING: readonly string[] = ['Pending', 'AddressNotAssigned', 'NotReconciled'];
/** Types that are False where all is well. */
const FAULTS: readonly string[] = ['Conflicted', 'PartiallyInvalid', 'OverlappingTLSConfig'];

/** Healthy when it is accepted and programmed, and every listener refers to what there is (Gateway API, GatewayConditionType). */
export function gatewayVerdict({ status, metadata }: Gateway): Verdict {
  const { generation } = metadata;
  const own = judged(status?.conditions, ['Accepted', 'Programmed'], generation);
  if (own.state !== 'Healthy') return own;
  for (const { name, conditions } of status?.listeners ?? []) {
    const verdict = judged(conditions, [], generation);
    if (verdict.state !== 'Healthy')
      return { ...verdict, message: `listener ${name}: ${verdict.message ?? ''}` };
  }
  return HEALTHY;
}

/** Healthy when each parent that it names has accepted it, all of it, and its backends are there. */
export function httpRouteVerdict({ spec, status, metadata }: HTTPRoute): Verdict {
  const parents = status?.parents ?? [];
  if (parents.length === 0 || parents.length < (spec.parentRefs ?? []).length) return NOT_YET;
  const verdicts = parents.map(({ conditions }) =>
    judged(conditions, ['Accepted', 'ResolvedRefs'], metadata.generation),
  );
  return (
    verdicts.find(({ state }) => state === 'Degraded') ??
    verdicts.find(({ state }) => state !== 'Healthy') ??
    HEALTHY
  );
}

function judged(
  conditions: readonly Condition[] = [],
  required: readonly string[],
  generation: number | undefined,
): Verdict {
  const isOld = ({ observedGeneration }: Condition) =>
    generation !== undefined && observedGeneration !== undefined && observedGeneration < generation;
  if (conditions.some(isOld))
    return { state: 'Progressing', reason: 'GenerationLag', message: 'not observed yet' };
  const wrong = conditions.find(({ type, status }) => (status === 'True') === FAULTS.includes(type));
  if (wrong) {
    const { type, reason, status, message } = wrong;
    const isDone = status !== 'Unknown' && !PENDING.includes(reason);
    return { state: isDone ? 'Degraded' : 'Progressing', reason, message: message || `${type} is ${status}` };
  }
  const isMissing = required.some((type) => !conditions.some((one) => one.type === type));
  return isMissing ? NOT_YET : HEALTHY;
}
