import { rfc3339 } from '../../../base/clock.ts';
import type {
  Pod,
  PodDisruptionBudget,
  PodDisruptionBudgetStatus,
} from '../../../kube/kinds/objects.data.ts';
import { share } from '../intorpercent.ts';
import { isReady } from '../pods.ts';

/** A pod that was evicted and is still there after so long (ms) counts again (`disruption.go` DeletionTimeout). */
export const DELETION_MS = 2 * 60 * 1000;

export interface Observed {
  readonly budget: PodDisruptionBudget;
  /** Those that it selects. */
  readonly pods: readonly Pod[];
  /** The sum of the wanted replicas of the pods' controllers, or why it is not known. */
  readonly scale: { readonly replicas: number } | { readonly problem: string };
}

export interface Decision {
  readonly status: PodDisruptionBudgetStatus;
  /** When what has been decided can change by time alone (ms since the epoch). */
  readonly recheckAt?: number;
}

/** How many of the pods of a budget may be disrupted now (Kubernetes `pkg/controller/disruption/disruption.go` trySync). */
export function decide(observed: Observed, now: number): Decision {
  const { budget, pods } = observed;
  const observedGeneration = budget.metadata.generation ?? 0;
  const expected = expectedOf(observed);
  if ('problem' in expected) {
    const before = budget.status ?? EMPTY;
    const failed = { ...before, disruptionsAllowed: 0 };
    return { status: withCondition(failed, budget, now, 'SyncFailed', expected.problem) };
  }
  const disrupted = stillDisrupted(observed, now);
  const disruptedPods = Object.fromEntries(disrupted);
  const currentHealthy = pods.filter(
    (pod) =>
      !pod.metadata.deletionTimestamp &&
      !Object.hasOwn(disruptedPods, pod.metadata.name ?? '') &&
      isReady(pod),
  ).length;
  const spare = expected.pods > 0 ? Math.max(0, currentHealthy - expected.healthy) : 0;
  const status: PodDisruptionBudgetStatus = {
    currentHealthy,
    desiredHealthy: expected.healthy,
    disruptionsAllowed: spare,
    expectedPods: expected.pods,
    observedGeneration,
    ...(disrupted.length > 0 ? { disruptedPods } : {}),
  };
  const decided = withCondition(status, budget, now, spare > 0 ? 'SufficientPods' : 'InsufficientPods', '');
  if (disrupted.length === 0) return { status: decided };
  const first = Math.min(...disrupted.map(([, time]) => Date.parse(time)));
  return { status: decided, recheckAt: first + DELETION_MS };
}

const EMPTY: PodDisruptionBudgetStatus = {
  currentHealthy: 0,
  desiredHealthy: 0,
  disruptionsAllowed: 0,
  expectedPods: 0,
};

type Expected = { readonly pods: number; readonly healthy: number } | { readonly problem: string };

/** A number of available pods is meant of those that are there; a percentage, and what may be unavailable, of those that are wanted. */
function expectedOf({ budget: { spec = {} }, pods, scale }: Observed): Expected {
  const { maxUnavailable, minAvailable } = spec;
  if (maxUnavailable === undefined && typeof minAvailable === 'number')
    return { pods: pods.length, healthy: minAvailable };
  if (maxUnavailable === undefined && minAvailable === undefined) return { pods: 0, healthy: 0 };
  if ('problem' in scale) return scale;
  const { replicas } = scale;
  const healthy =
    maxUnavailable === undefined
      ? share(minAvailable ?? 0, replicas, Math.ceil)
      : Math.max(0, replicas - share(maxUnavailable, replicas, Math.ceil));
  return { pods: replicas, healthy };
}

function stillDisrupted({ budget, pods }: Observed, now: number): (readonly [string, string])[] {
  const times = budget.status?.disruptedPods ?? {};
  return pods.flatMap(({ metadata: { name = '', deletionTimestamp } }) => {
    const time = deletionTimestamp === undefined ? times[name] : undefined;
    return time !== undefined && Date.parse(time) + DELETION_MS > now ? [[name, time] as const] : [];
  });
}

/** A metav1.Condition: its time changes with its status alone. */
function withCondition(
  status: PodDisruptionBudgetStatus,
  budget: PodDisruptionBudget,
  now: number,
  reason: string,
  message: string,
): PodDisruptionBudgetStatus {
  const type = 'DisruptionAllowed';
  const before = budget.status?.conditions ?? [];
  const current = before.find((one) => one.type === type);
  const value: 'True' | 'False' = status.disruptionsAllowed > 0 ? 'True' : 'False';
  const lastTransitionTime =
    current?.status === value ? (current.lastTransitionTime ?? rfc3339(now)) : rfc3339(now);
  const { observedGeneration = budget.metadata.generation ?? 0 } = status;
  const next = { type, status: value, reason, message, lastTransitionTime, observedGeneration };
  return { ...status, conditions: [...before.filter((one) => one.type !== type), next] };
}
