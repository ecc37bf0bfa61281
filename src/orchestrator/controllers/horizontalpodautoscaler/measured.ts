import { milliValue, parseQuantity } from '../../../kube/values/quantity.ts';
import type { Json } from '../../../kube/values/types.ts';

/** One pod's value of a metric, in thousandths; when it was measured and over how long, in ms. */
export interface PodMetric {
  readonly value: number;
  readonly at: number;
  readonly windowMs: number;
}

/** By name of the pod. */
export type PodMetrics = ReadonlyMap<string, PodMetric>;

export interface Problem {
  readonly problem: string;
}

export type Problematic<T> = T | Problem;

export const isProblem = <T>(value: Problematic<T>): value is Problem =>
  typeof value === 'object' && value !== null && 'problem' in value;

/** What a metrics API says of one metric: of each pod, or values in thousandths of what is no pod. */
export type Measured = Problematic<{ readonly pods: PodMetrics } | { readonly values: readonly number[] }>;

/** A quantity in thousandths; undefined for what is none. */
export function milliOf(value: Json | undefined): number | undefined {
  const quantity = typeof value === 'string' || typeof value === 'number' ? parseQuantity(value) : undefined;
  return quantity && milliValue(quantity);
}
