import { rfc3339 } from '../../base/clock.ts';

/** What the conditions of all kinds have in common, and what some of them have besides. */
export interface Condition<Type extends string = string> {
  readonly type: Type;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason?: string;
  readonly message?: string;
  readonly lastTransitionTime?: string;
  /** Deployments. */
  readonly lastUpdateTime?: string;
  /** Pods. */
  readonly lastProbeTime?: string | null;
  readonly observedGeneration?: number;
}

export type Conditions = readonly Condition[];

/** What a writer decides of a condition; its times follow. */
export type NewCondition<Type extends string = string> = Pick<
  Condition<Type>,
  'type' | 'status' | 'reason' | 'message'
>;

export function findCondition(conditions: Conditions | undefined, type: string): Condition | undefined {
  return conditions?.find((condition) => condition.type === type);
}

export function withoutCondition(conditions: Conditions, type: string): Conditions {
  return conditions.some((one) => one.type === type)
    ? conditions.filter((one) => one.type !== type)
    : conditions;
}

/**
 * A condition with its transition time, which moves only with the status (Kubernetes API conventions, "Typical status properties";
 * apimachinery `api/meta/conditions.go` SetStatusCondition). `now`: milliseconds since the epoch.
 */
export function transition<T extends NewCondition>(
  next: T,
  before: Conditions | undefined,
  now: number,
): T & { readonly lastTransitionTime: string } {
  const known = findCondition(before, next.type);
  const kept = known?.status === next.status ? known.lastTransitionTime : undefined;
  return { ...next, lastTransitionTime: kept ?? rfc3339(now) };
}

/** The condition where an earlier one of its type stands, else at the end. */
export const withCondition = (conditions: Conditions, condition: Condition): Conditions =>
  conditions.some(({ type }) => type === condition.type)
    ? conditions.map((one) => (one.type === condition.type ? condition : one))
    : [...conditions, condition];

/** The condition at the end, instead of an earlier one of its type. */
export const replaceCondition = (conditions: Conditions, next: NewCondition, now: number): Conditions => [
  ...withoutCondition(conditions, next.type),
  transition(next, conditions, now),
];
