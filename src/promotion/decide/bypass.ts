import { ANNOTATIONS } from '../../model/annotations.ts';
import type { Environment } from '../../model/types.ts';
import { tightens } from '../gates/policy.ts';

/**
 * The environments whose gates a promotion to `target` would go round: they followed its branch before it did, and ask for more than it
 * does, or are not promoted to at all. Whoever may push to the default branch may add an environment, and with it a promotion that
 * Pilotage pushes to a branch which they may not push to. Who came later asks for nothing: it could stop the first one.
 */
export const passedRoundBy = (
  target: Environment,
  environments: readonly Environment[],
): readonly Environment[] =>
  environments.filter(
    (other) =>
      other.metadata.uid !== target.metadata.uid &&
      other.spec.delivery === target.spec.delivery &&
      other.spec.branch === target.spec.branch &&
      followsSince(other) < followsSince(target) &&
      !letsThrough(other, target),
  );

const followsSince = ({ metadata: { annotations, creationTimestamp } }: Environment): number =>
  Date.parse(annotations?.[ANNOTATIONS.branchSince] ?? creationTimestamp ?? '');

/** Whatever passes the gates of `target` would pass those of the other. */
function letsThrough({ status }: Environment, target: Environment): boolean {
  const policy = status?.promotionPolicy;
  return policy !== undefined && tightens(policy, target.status?.promotionPolicy);
}
