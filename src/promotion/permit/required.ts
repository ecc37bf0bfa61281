import type { Problem } from '../../base/errors.ts';
import type { Oid, Repository } from '../../git/types.ts';
import { fullName } from '../../model/names.ts';
import type { Environment, GateState } from '../../model/types.ts';
import type { PromotionSources } from '../options.ts';
import { provenanceOf } from './provenance.ts';

/** `promotion: {required: true}` is in force: what no promotion brought is not taken, whatever approves it. */
export const demandsPromotion = ({ status }: Environment): boolean =>
  status?.promotionPolicy?.required === true;

/** Where a push is to move the branch of an environment. */
export interface Landing {
  /** null: the branch is deleted. */
  readonly to: Oid | null;
  /** The repository as it reads with what is pushed; its branches are still where they were. */
  readonly pushed: Repository;
}

/**
 * Why a push may not do so to an environment that demands promotion: asked before the branch moves. What passes is what `permit` calls a
 * promotion (a merge or squash by hand that left a tree of the source), and a return to what was released there.
 */
export async function refuseUnpromoted(
  sources: Omit<PromotionSources, 'repository'>,
  target: Environment,
  { to, pushed }: Landing,
): Promise<Problem | undefined> {
  if (!demandsPromotion(target)) return undefined;
  if (to === null) return deletion(target);
  const provenance = await provenanceOf({ ...sources, repository: async () => pushed }, target, to);
  switch (provenance.type) {
    case 'direct':
      return unpromoted(target, to);
    case 'unknown':
      return { ...unpromoted(target, to), details: [provenance.message] };
    default:
      return undefined;
  }
}

/** The words for content that no promotion brought, whether the push is refused or what it moved is not deployed. */
export function unpromoted(target: Environment, revision: Oid): Problem {
  const name = fullName(target);
  const from = target.status?.promotionPolicy?.from ?? '';
  return {
    reason: 'PromotionRequired',
    message: `${name} demands promotion (promotion.required), and ${revision.slice(0, 7)} is none: ${from} does not have this content.`,
    remedy:
      `Push it to ${from}, then: pilotage promote ${name}\n` +
      `    or, if that cannot wait: push it to a branch of its own, then: pilotage pin ${name} BRANCH --reason WHY`,
  };
}

export const unpromotedGate = (target: Environment, revision: Oid): GateState => {
  const { message, remedy } = unpromoted(target, revision);
  return { gate: 'promotion', state: 'Blocked', reason: `${message}\n  → ${remedy}` };
};

function deletion(target: Environment): Problem {
  const name = fullName(target);
  return {
    reason: 'PromotionRequired',
    message: `${target.spec.branch} is the branch of ${name}, which demands promotion: a push may not delete it.`,
    remedy: `If ${name} is to end: pilotage delete ${name} --prune (or --orphan), then delete the branch.`,
  };
}
