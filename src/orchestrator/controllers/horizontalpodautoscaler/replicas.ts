import type { Pod } from '../../../kube/kinds/objects.data.ts';
import { findCondition } from '../../../kube/values/condition.ts';
import { isLeaving, isReady } from '../pods.ts';
import { isProblem, type PodMetric, type PodMetrics, type Problematic } from './measured.ts';

/**
 * How many replicas a metric asks for: Kubernetes `podautoscaler/replica_calculator.go` and `metrics/utilization.go`. Values are in
 * thousandths, times in ms.
 */

/** How far from the target a ratio may be without a change: 0.1 is a tenth. */
export interface Tolerances {
  readonly down: number;
  readonly up: number;
}

export interface Wanted {
  readonly replicas: number;
  /** The average of the pods that count, or the value itself. */
  readonly usage: number;
  /** Percent of what is requested. */
  readonly utilization?: number;
}

export interface Pass {
  readonly current: number;
  /** Those that the selector of the target matches. */
  readonly pods: readonly Pod[];
  readonly tolerances: Tolerances;
  readonly now: number;
}

/** Usage against the target: 1 is exactly as much. */
interface Ratio extends Omit<Wanted, 'replicas'> {
  readonly ratio: number;
}

const CPU_INITIALIZATION_MS = 5 * 60_000;
const READINESS_DELAY_MS = 30_000;
const MOST_REPLICAS = 2 ** 31 - 1;

/** By average utilization, percent of the requests of the pods. */
export const byUtilization = (
  pass: Pass,
  resource: string,
  metrics: PodMetrics,
  requests: Problematic<ReadonlyMap<string, number>>,
  target: number,
): Problematic<Wanted> =>
  ofPods(pass, resource, metrics, {
    ratioOf: (counted) => (isProblem(requests) ? requests : utilizationRatio(counted, requests, target)),
    // As much as is requested, or as is aimed at beyond that.
    assumed: (pod) =>
      isProblem(requests) ? 0 : Math.trunc(((requests.get(pod) ?? 0) * Math.max(100, target)) / 100),
  });

/** By the average of the pods' values. `resource` is '' for what is no resource. */
export const byAverage = (
  pass: Pass,
  resource: string,
  metrics: PodMetrics,
  target: number,
): Problematic<Wanted> =>
  ofPods(pass, resource, metrics, {
    ratioOf: (counted) => {
      const usage = Math.trunc(sum(counted.values()) / counted.size);
      return { ratio: usage / target, usage };
    },
    assumed: () => target,
  });

/** By one value against its target: the pods that are ready do that much together. */
export function byValue(pass: Pass, usage: number, target: number): Problematic<Wanted> {
  const { current, pods, tolerances } = pass;
  const ratio = usage / target;
  if (current === 0) return { replicas: Math.ceil(ratio), usage };
  if (isWithin(tolerances, ratio)) return { replicas: current, usage };
  if (pods.length === 0) return { problem: `unable to calculate ready pods: ${NO_PODS}` };
  const ready = pods.filter((pod) => pod.status?.phase === 'Running' && isReady(pod)).length;
  return { replicas: Math.min(MOST_REPLICAS, Math.ceil(ratio * ready)), usage };
}

/** By one value that is shared among all replicas that there are. */
export function byShare({ tolerances }: Pass, replicas: number, usage: number, target: number): Wanted {
  const share = replicas === 0 ? usage : Math.ceil(usage / replicas);
  return isWithin(tolerances, usage / (target * replicas))
    ? { replicas, usage: share }
    : { replicas: Math.min(MOST_REPLICAS, Math.ceil(usage / target)), usage: share };
}

const NO_PODS = 'no pods returned by selector while calculating replica count';
const NO_METRICS = 'did not receive metrics for targeted pods (pods might be unready)';

const isWithin = ({ down, up }: Tolerances, ratio: number): boolean => 1 - down <= ratio && ratio <= 1 + up;

interface Rule {
  readonly ratioOf: (metrics: PodMetrics) => Problematic<Ratio>;
  /** The value of a pod that nothing is known of, where there would be fewer pods. */
  readonly assumed: (pod: string) => number;
}

/** Pods that say nothing are taken for what makes the change smaller, and never turn it round. */
function ofPods(
  { current, pods, tolerances, now }: Pass,
  resource: string,
  metrics: PodMetrics,
  { ratioOf, assumed }: Rule,
): Problematic<Wanted> {
  if (pods.length === 0) return { problem: NO_PODS };
  const { ready, unready, missing, ignored } = groupPods(pods, metrics, resource, now);
  const counted = new Map([...metrics].filter(([pod]) => !unready.has(pod) && !ignored.has(pod)));
  if (counted.size === 0) return { problem: NO_METRICS };
  const first = ratioOf(counted);
  if (isProblem(first)) return first;
  const { ratio, ...measured } = first;
  const stay = { replicas: current, ...measured };
  const isGrowing = ratio > 1 && unready.size > 0;
  if (!isGrowing && missing.size === 0) {
    return isWithin(tolerances, ratio) ? stay : { ...stay, replicas: Math.ceil(ratio * ready) };
  }
  const value = (pod: string): PodMetric => ({ value: ratio < 1 ? assumed(pod) : 0, at: now, windowMs: 0 });
  const filled = new Map(counted);
  if (ratio !== 1) for (const pod of missing) filled.set(pod, value(pod));
  if (isGrowing) for (const pod of unready) filled.set(pod, value(pod));
  const second = ratioOf(filled);
  if (isProblem(second)) return second;
  const replicas = Math.ceil(second.ratio * filled.size);
  const isTurned = (ratio < 1 && second.ratio > 1) || (ratio > 1 && second.ratio < 1);
  const isContrary = (second.ratio < 1 && replicas > current) || (second.ratio > 1 && replicas < current);
  return isWithin(tolerances, second.ratio) || isTurned || isContrary ? stay : { ...stay, replicas };
}

const sum = (metrics: Iterable<PodMetric>): number =>
  [...metrics].reduce((total, { value }) => total + value, 0);

function utilizationRatio(
  metrics: PodMetrics,
  requests: ReadonlyMap<string, number>,
  target: number,
): Problematic<Ratio> {
  const known = [...metrics].filter(([pod]) => requests.has(pod));
  const used = sum(known.map(([, metric]) => metric));
  const requested = known.reduce((total, [pod]) => total + (requests.get(pod) ?? 0), 0);
  if (requested === 0) return { problem: 'no metrics returned matched known pods' };
  const utilization = Math.trunc((used * 100) / requested);
  return { ratio: utilization / target, utilization, usage: Math.trunc(used / known.length) };
}

interface Groups {
  readonly ready: number;
  readonly unready: ReadonlySet<string>;
  readonly missing: ReadonlySet<string>;
  /** They go or have failed, and count for nothing. */
  readonly ignored: ReadonlySet<string>;
}

const isIgnored = (pod: Pod): boolean => isLeaving(pod) || pod.status?.phase === 'Failed';

function groupPods(pods: readonly Pod[], metrics: PodMetrics, resource: string, now: number): Groups {
  const unready = new Set<string>();
  const missing = new Set<string>();
  const ignored = new Set<string>();
  let ready = 0;
  for (const pod of pods) {
    const { name = '' } = pod.metadata;
    const metric = metrics.get(name);
    if (isIgnored(pod)) ignored.add(name);
    else if (pod.status?.phase === 'Pending') unready.add(name);
    else if (!metric) missing.add(name);
    else if (resource === 'cpu' && isStarting(pod, metric, now)) unready.add(name);
    else ready += 1;
  }
  return { ready, unready, missing, ignored };
}

/** A pod that starts uses more of the processors than it will: it counts once a whole window was measured while it was ready. */
function isStarting({ status }: Pod, { at, windowMs }: PodMetric, now: number): boolean {
  const condition = findCondition(status?.conditions, 'Ready');
  if (!condition || !status?.startTime) return true;
  const started = Date.parse(status.startTime);
  const changed = Date.parse(condition.lastTransitionTime ?? status.startTime);
  const isUnready = condition.status === 'False';
  return started + CPU_INITIALIZATION_MS > now
    ? isUnready || at < changed + windowMs
    : isUnready && started + READINESS_DELAY_MS > changed;
}
