import type { PromotionPolicy } from './types.ts';

/** The environments that a promotion comes from, as the file names them; the first is the one whose history is promoted. */
export const sourcesOf = ({
  from,
  alsoFrom = [],
}: Pick<PromotionPolicy, 'from' | 'alsoFrom'>): readonly string[] => [from, ...alsoFrom];

/** `qa-eu`, `qa-eu and qa-us`, `any of qa-eu, qa-us`. */
export function describeSources(policy: Pick<PromotionPolicy, 'from' | 'alsoFrom' | 'needs'>): string {
  const sources = sourcesOf(policy);
  return policy.needs === 'any' ? `any of ${sources.join(', ')}` : sources.join(' and ');
}
