import { ANNOTATIONS } from '../../model/annotations.ts';
import type { Environment } from '../../model/types.ts';
import { tightens } from '../gates/policy.ts';

/**
 * The environments whose gates a promotion to `target` would bypass: they followed its branch before it did, and ask for more than it
 * does, or no promotion leads to them at all. A person who may push to the default branch may add an environment, and with it a promotion
 * that Pilotage pushes to a branch to which that person may not push. An environment that followed later does not count: it could stop the first.
 */
export const bypassedBy = (
  target: Environment,
  environments: readonly Environment[],
): readonly Environment[] =>
  environments.filter(
    (other) =>
      other.metadata.uid !== target.metadata.uid &&
      other.spec.delivery === target.spec.delivery &&
      other.spec.branch === target.spec.branch &&
      // Everybody who may push a branch has a preview; it protects nothing.
      other.spec.preview === undefined &&
      followsSince(other) < followsSince(target) &&
      !letsThrough(other, target),
  );

const followsSince = ({ metadata: { annotations, creationTimestamp } }: Environment): number =>
  Date.parse(annotations?.[ANNOTATIONS.branchSince] ?? creationTimestamp ?? '');

/** Whether everything that passes the gates of `target` would pass those of the other. */
function letsThrough({ status }: Environment, target: Environment): boolean {
  const policy = status?.promotionPolicy;
  return policy !== undefined && tightens(policy, target.status?.promotionPolicy);
}
