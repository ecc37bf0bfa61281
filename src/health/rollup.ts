import type { Verdict, VerdictState } from './verdict.ts';

/** Worst last. Argo CD `health.IsWorse`: a set is as healthy as its worst member. */
const ORDER: readonly VerdictState[] = [
  'Healthy',
  'Suspended',
  'Progressing',
  'Missing',
  'Degraded',
  'Unknown',
];

export interface Judged {
  /** How messages name the object: `Deployment shop-dev/web`. */
  readonly name: string;
  readonly verdict: Verdict;
}

/** The worst verdict, whose message names the object. An empty set is Healthy. */
export function rollup(judged: readonly Judged[]): Verdict {
  let worst: Judged | undefined;
  for (const one of judged) {
    if (worst === undefined || rank(one.verdict.state) > rank(worst.verdict.state)) worst = one;
  }
  if (worst === undefined) return { state: 'Healthy' };
  const { state, reason, message } = worst.verdict;
  if (state === 'Healthy') return { state };
  return {
    state,
    ...(reason ? { reason } : {}),
    message: `${worst.name}: ${describe(state, reason, message)}`,
  };
}

/** Whether a set is judged by the first of two states rather than by the second. */
export const isWorse = (one: VerdictState, other: VerdictState): boolean => rank(one) > rank(other);

const rank = (state: VerdictState): number => ORDER.indexOf(state);

/** Progress needs no reason in front of its sentence; a failure does. */
const describe = (state: VerdictState, reason: string | undefined, message: string | undefined): string => {
  const parts = state === 'Progressing' && message !== undefined ? [message] : [reason, message];
  return parts.filter((part) => part !== undefined).join(': ') || 'no reason given';
};
