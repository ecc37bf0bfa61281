import type {
  HorizontalPodAutoscaler,
  HorizontalPodAutoscalerSpec,
  MetricStatus,
  Pod,
} from '../../../kube/kinds/objects.data.ts';
import type { NewCondition } from '../../../kube/values/condition.ts';
import { parseQuantity } from '../../../kube/values/quantity.ts';
import { readySince } from '../pods.ts';
import type { Measured } from './measured.ts';
import { type Proposal, proposalOf, type Target, type Unmeasured } from './proposal.ts';
import type { Tolerances } from './replicas.ts';
import { type Memory, normalize, withRecommendation } from './stabilize.ts';

export interface Observed {
  readonly autoscaler: HorizontalPodAutoscaler;
  readonly target: Target;
  /** Those that the target selects. */
  readonly pods: readonly Pod[];
  /** Of each metric of the specification, in its order. */
  readonly measured: readonly Measured[];
  readonly memory: Memory;
}

export interface Decision {
  /** In the order in which they are set. */
  readonly conditions: readonly NewCondition[];
  readonly events: readonly Warning[];
  /** Absent: the target stays as it is. */
  readonly rescale?: { readonly replicas: number; readonly reason: string };
  /** Nothing is known of what is wanted: what the status wants stays. */
  readonly isUnknown?: true;
  readonly currentMetrics?: readonly MetricStatus[];
  readonly memory: Memory;
}

export interface Warning {
  readonly reason: string;
  readonly message: string;
}

/** How often each autoscaler is looked at (`--horizontal-pod-autoscaler-sync-period`). */
export const PERIOD_MS = 15_000;
/** So long a pod has to have been ready before something can be known of it. */
const SETTLED_MS = 2_000;
/** `--horizontal-pod-autoscaler-tolerance` */
const TOLERANCE = 0.1;

const minOf = ({ minReplicas }: HorizontalPodAutoscalerSpec): number => minReplicas ?? 1;

/** What is decided without metrics: a target at zero is left alone, one out of bounds is brought back. */
export function decideByBounds(
  { spec }: HorizontalPodAutoscaler,
  { current }: Target,
  memory: Memory,
): Decision | undefined {
  const [min, max] = [minOf(spec), spec.maxReplicas];
  const to = (replicas: number, bound: string): Decision => ({
    conditions: [],
    events: [],
    rescale: { replicas, reason: `Current number of replicas ${bound}` },
    memory,
  });
  if (current === 0 && min !== 0) {
    const message = 'scaling is disabled since the replica count of the target is zero';
    return { conditions: [active('False', 'ScalingDisabled', message)], events: [], memory };
  }
  if (current > max) return to(max, 'above Spec.MaxReplicas');
  return current < min ? to(min, 'below Spec.MinReplicas') : undefined;
}

const active = (status: 'True' | 'False', reason: string, message: string): NewCondition => ({
  type: 'ScalingActive',
  status,
  reason,
  message,
});

/**
 * Whether it is too early to complain that nothing is measured: Kubernetes looks at a new autoscaler after one period only; here it is looked at
 * at once, while its pods may be starting.
 */
export function isEarly(
  { metadata }: HorizontalPodAutoscaler,
  pods: readonly Pod[],
  { isUnknown }: Decision,
  now: number,
): boolean {
  const isNew = now - Date.parse(metadata.creationTimestamp ?? '') < PERIOD_MS;
  const isSettled = (pod: Pod) => now - (readySince(pod) ?? now) >= SETTLED_MS;
  return isUnknown === true && isNew && !(pods.length > 0 && pods.every(isSettled));
}

/** The pods of the target cannot be told: why, and the event that says so. */
export const undecidable = (memory: Memory, problem: Warning, reason: string, message: string): Decision => ({
  conditions: [active('False', reason, message)],
  events: [problem, { reason: 'FailedComputeMetricsReplicas', message: problem.message }],
  isUnknown: true,
  memory,
});

/** How many replicas the metrics ask for, and how many there will be (Kubernetes `podautoscaler/horizontal.go` reconcileAutoscaler). */
export function decide(observed: Observed, now: number): Decision {
  const { autoscaler, target, pods, measured, memory } = observed;
  const { metrics = [], behavior } = autoscaler.spec;
  const { current } = target;
  const pass = { current, pods, tolerances: tolerancesOf(autoscaler.spec), now };
  const results = metrics.map((metric, i) =>
    proposalOf(metric, measured[i] ?? { problem: 'it was not measured' }, pass, target),
  );
  const found = results.filter(isProposal);
  const failures = results.filter((one): one is Unmeasured => !isProposal(one));
  const events = failures.map(({ reason, problem }) => ({ reason, message: problem }));
  const currentMetrics = results.map((one): MetricStatus => (isProposal(one) ? one.status : { type: '' }));
  const best = highest(found);
  const [failure] = failures;
  if (!best || (failure && best.replicas < current)) {
    return { ...unmeasured(failures, metrics.length, events, memory), currentMetrics };
  }
  const limits = { min: minOf(autoscaler.spec), max: autoscaler.spec.maxReplicas, behavior };
  const { replicas, able, isLimited, limited } = normalize(best.replicas, current, limits, memory, now);
  const message = `the HPA was able to successfully calculate a replica count from ${best.name}`;
  return {
    conditions: [
      active('True', 'ValidMetricFound', message),
      { type: 'AbleToScale', status: 'True', reason: able[0], message: able[1] },
      {
        type: 'ScalingLimited',
        status: isLimited ? 'True' : 'False',
        reason: limited[0],
        message: limited[1],
      },
    ],
    events,
    ...(replicas === current ? {} : { rescale: { replicas, reason: reasonOf(best, current) } }),
    currentMetrics,
    memory: withRecommendation(memory, best.replicas, now),
  };
}

const isProposal = (one: Proposal | Unmeasured): one is Proposal => 'status' in one;

/** The first of those that ask for most. */
const highest = (proposals: readonly Proposal[]): Proposal | undefined =>
  proposals.reduce<Proposal | undefined>(
    (best, one) => (best === undefined || one.replicas > best.replicas ? one : best),
    undefined,
  );

function reasonOf({ replicas, name }: Proposal, current: number): string {
  if (replicas > current) return `${name} above target`;
  return replicas < current ? 'All metrics below target' : '';
}

/** No metric says anything, or what they say together would take replicas away while one is silent. */
function unmeasured(
  failures: readonly Unmeasured[],
  count: number,
  events: readonly Warning[],
  memory: Memory,
): Decision {
  const [first] = failures;
  const message = `the HPA was unable to compute the replica count: ${first?.problem}`;
  const all = `invalid metrics (${failures.length} invalid out of ${count}), first error is: ${first?.asOne}`;
  return {
    conditions: first ? [active('False', first.reason, message)] : [],
    events: [...events, { reason: 'FailedComputeMetricsReplicas', message: all }],
    isUnknown: true,
    memory,
  };
}

/** KEP-4951. */
function tolerancesOf({ behavior }: HorizontalPodAutoscalerSpec): Tolerances {
  const of = (value: string | number | undefined): number => {
    const quantity = parseQuantity(value ?? '');
    return quantity ? Number(`${quantity.digits}e${quantity.exponent}`) : TOLERANCE;
  };
  return { down: of(behavior?.scaleDown?.tolerance), up: of(behavior?.scaleUp?.tolerance) };
}
