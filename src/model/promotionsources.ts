import { environmentObjectName } from './names.ts';
import type { Environment, PromotionPolicy } from './types.ts';

/** The environments that a promotion comes from, as the file names them; the first is the one whose history is promoted. */
export const sourcesOf = ({
  from,
  alsoFrom = [],
}: Pick<PromotionPolicy, 'from' | 'alsoFrom'>): readonly string[] => [from, ...alsoFrom];

/** Names of the Environment objects that an environment is promoted from; an index value too. */
export const sourceObjects = ({ spec, status }: Environment): readonly string[] =>
  (status?.promotionPolicy ? sourcesOf(status.promotionPolicy) : []).map((name) =>
    environmentObjectName(spec.delivery, name),
  );

/** Whether an environment has what one of its sources runs already: by content, for a merge is a commit of its own. */
export const isLevel = (target: Environment, source: Environment | undefined): boolean =>
  target.status?.deployedTree !== undefined && target.status.deployedTree === source?.status?.deployedTree;

/** `qa-eu`, `qa-eu and qa-us`, `any of qa-eu, qa-us`. */
export function describeSources(policy: Pick<PromotionPolicy, 'from' | 'alsoFrom' | 'needs'>): string {
  const sources = sourcesOf(policy);
  return policy.needs === 'any' ? `any of ${sources.join(', ')}` : sources.join(' and ');
}
