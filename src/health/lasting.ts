import type { KubeObject } from '../kube/values/types.ts';
import type { Verdict } from './verdict.ts';

/**
 * How long a custom resource has to be Degraded before it counts, in milliseconds: controllers write `Ready=False` before they begin,
 * and errors of a first attempt that the second one resolves.
 */
const LASTS_MS = 5_000;

/** Custom resources that have been seen Degraded, by uid and generation: since when (monotonic ms). */
export type SeenIll = ReadonlyMap<string, number>;

export interface Lasting {
  readonly verdict: Verdict;
  readonly seen: SeenIll;
  /** The remaining time; 0 when it has passed, or when the resource is not Degraded. */
  readonly leftMs: number;
}

/** The verdict on a custom resource once it has lasted. A new generation starts over: its first status may still describe the old one. */
export function lasting(
  verdict: Verdict,
  { metadata }: KubeObject,
  before: SeenIll,
  monotonic: number,
): Lasting {
  if (verdict.state !== 'Degraded') return { verdict, seen: new Map(), leftMs: 0 };
  const key = `${metadata.uid ?? ''} ${metadata.generation ?? 0}`;
  const since = before.get(key) ?? monotonic;
  const seen = new Map([[key, since]]);
  const leftMs = Math.max(0, LASTS_MS - (monotonic - since));
  if (leftMs === 0) return { verdict, seen, leftMs };
  const what = [verdict.reason, verdict.message].filter(Boolean).join(': ') || 'not as it should be';
  const message = `${what}, which counts as failed when it lasts ${LASTS_MS / 1_000} s`;
  return { verdict: { state: 'Progressing', reason: 'NotReady', message }, seen, leftMs };
}
