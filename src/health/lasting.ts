import type { KubeObject } from '../kube/values/types.ts';
import type { Verdict } from './verdict.ts';

/**
 * How long a custom resource has to be Degraded until that counts, in milliseconds: controllers write `Ready=False` before they begin,
 * and errors of a first try that the second one mends.
 */
const LASTS_MS = 5_000;

/** Custom resources that have been seen Degraded, by uid and generation: since when (monotonic ms). */
export type SeenIll = ReadonlyMap<string, number>;

export interface Lasting {
  readonly verdict: Verdict;
  readonly seen: SeenIll;
  /** How long it still has to be so; 0 when it has, or is not ill. */
  readonly leftMs: number;
}

/** The verdict on a custom resource, once it lasts. A new spec begins anew: what is said first may still be of the old one. */
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
