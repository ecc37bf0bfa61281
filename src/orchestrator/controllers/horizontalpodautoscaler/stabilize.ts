import type { HorizontalPodAutoscalerBehavior, HPAScalingRules } from '../../../kube/kinds/objects.data.ts';

/** What is kept of an autoscaler from one look to the next; times are ms since the epoch. */
export interface Memory {
  /** What the metrics asked for, before anything held it back. */
  readonly recommendations: readonly { readonly replicas: number; readonly at: number }[];
  /** By how many replicas it was scaled. */
  readonly ups: readonly Change[];
  readonly downs: readonly Change[];
}

interface Change {
  readonly by: number;
  readonly at: number;
}

export interface Limits {
  readonly min: number;
  readonly max: number;
  readonly behavior: HorizontalPodAutoscalerBehavior | undefined;
}

/** Why it is as it is: reason and message of a condition. */
export type Why = readonly [reason: string, message: string];

export interface Normalized {
  readonly replicas: number;
  readonly able: Why;
  readonly isLimited: boolean;
  readonly limited: Why;
}

/** How long a scale down waits for a smaller load to last (`--horizontal-pod-autoscaler-downscale-stabilization`). */
const DOWNSCALE_MS = 5 * 60_000;
/** No window and no period of a policy is longer. */
const LONGEST_WINDOW_MS = 3600_000;
const LONGEST_PERIOD_MS = 1800_000;

export const remembering = (current: number, now: number): Memory => ({
  recommendations: [{ replicas: current, at: now }],
  ups: [],
  downs: [],
});

export const withRecommendation = (memory: Memory, replicas: number, now: number): Memory => ({
  ...memory,
  recommendations: [
    ...memory.recommendations.filter(({ at }) => now - at <= LONGEST_WINDOW_MS),
    { replicas, at: now },
  ],
});

export function withScaling(memory: Memory, from: number, to: number, now: number): Memory {
  const key = to > from ? 'ups' : 'downs';
  const recent = memory[key].filter(({ at }) => now - at <= LONGEST_PERIOD_MS);
  return { ...memory, [key]: [...recent, { by: Math.abs(to - from), at: now }] };
}

const WITHIN: Why = ['DesiredWithinRange', 'the desired count is within the acceptable range'];
const READY: Why = ['ReadyForNewScale', 'recommended size matches current size'];
const FEWER: Why = [
  'ScaleDownStabilized',
  'recent recommendations were higher than current one, applying the highest recent recommendation',
];
const MORE: Why = [
  'ScaleUpStabilized',
  'recent recommendations were lower than current one, applying the lowest recent recommendation',
];
const TOO_MANY: Why = ['TooManyReplicas', 'the desired replica count is more than the maximum replica count'];
const TOO_FEW: Why = ['TooFewReplicas', 'the desired replica count is less than the minimum replica count'];
const TOO_FAST: Why = [
  'ScaleUpLimit',
  'the desired replica count is increasing faster than the maximum scale rate',
];
const TOO_SLOW: Why = [
  'ScaleDownLimit',
  'the desired replica count is decreasing faster than the maximum scale rate',
];

/**
 * What becomes of a recommendation: the recent ones, the bounds and the pace of scaling hold it back (Kubernetes
 * `podautoscaler/horizontal.go` normalizeDesiredReplicas, normalizeDesiredReplicasWithBehaviors).
 */
export function normalize(
  wanted: number,
  current: number,
  { min, max, behavior }: Limits,
  memory: Memory,
  now: number,
): Normalized {
  const stable = behavior
    ? stabilized(wanted, current, behavior, memory, now)
    : Math.max(wanted, ...recent(memory, DOWNSCALE_MS, now, true));
  const held = behavior && wanted >= current ? MORE : FEWER;
  const [replicas, limited] = behavior
    ? withinRates(stable, current, { min, max, behavior }, memory, now)
    : withinBounds(stable, current, min, max);
  return { replicas, able: stable === wanted ? READY : held, isLimited: replicas !== stable, limited };
}

/** Recommendations of the last `ms`, one of exactly that age counted where `inclusive`. */
const recent = ({ recommendations }: Memory, ms: number, now: number, inclusive = false): readonly number[] =>
  recommendations
    .filter(({ at }) => (inclusive ? now - at <= ms : now - at < ms))
    .map(({ replicas }) => replicas);

function stabilized(
  wanted: number,
  current: number,
  { scaleUp, scaleDown }: HorizontalPodAutoscalerBehavior,
  memory: Memory,
  now: number,
): number {
  const windowOf = (rules: HPAScalingRules | undefined, byDefault: number) =>
    (rules?.stabilizationWindowSeconds ?? byDefault / 1000) * 1000;
  const lowest = Math.min(wanted, ...recent(memory, windowOf(scaleUp, 0), now));
  const highest = Math.max(wanted, ...recent(memory, windowOf(scaleDown, DOWNSCALE_MS), now));
  return Math.min(Math.max(current, lowest), highest);
}

/** Twice as many, or four, at once: more is a mistake of measuring. */
function withinBounds(wanted: number, current: number, min: number, max: number): readonly [number, Why] {
  const most = Math.max(2 * current, 4);
  if (wanted < min) return [min, TOO_FEW];
  if (wanted > Math.min(most, max)) return max > most ? [most, TOO_FAST] : [max, TOO_MANY];
  return [wanted, WITHIN];
}

function withinRates(
  wanted: number,
  current: number,
  { min, max, behavior }: Limits,
  memory: Memory,
  now: number,
): readonly [number, Why] {
  if (wanted > current) {
    const most = Math.max(current, rateLimit(behavior?.scaleUp, current, memory, now, 1));
    if (wanted > Math.min(most, max)) return max > most ? [most, TOO_FAST] : [max, TOO_MANY];
  } else if (wanted < current) {
    const least = Math.min(current, rateLimit(behavior?.scaleDown, current, memory, now, -1));
    if (wanted < Math.max(least, min)) return min < least ? [least, TOO_SLOW] : [min, TOO_FEW];
  }
  return [wanted, WITHIN];
}

/** How far the policies let it go in one direction, counted from where each one's period began. */
function rateLimit(
  rules: HPAScalingRules | undefined,
  current: number,
  { ups, downs }: Memory,
  now: number,
  direction: 1 | -1,
): number {
  const { selectPolicy, policies = [] } = rules ?? {};
  if (selectPolicy === 'Disabled') return current;
  const reached = policies.map(({ type, value, periodSeconds }) => {
    const changed = (changes: readonly Change[]) =>
      changes.filter(({ at }) => now - at < periodSeconds * 1000).reduce((total, { by }) => total + by, 0);
    const start = current - changed(ups) + changed(downs);
    if (type === 'Pods') return start + direction * value;
    const reachable = start * (1 + (direction * value) / 100);
    return direction > 0 ? Math.ceil(reachable) : Math.trunc(reachable);
  });
  const isFarthest = selectPolicy !== 'Min';
  return direction > 0 === isFarthest ? Math.max(...reached) : Math.min(...reached);
}
