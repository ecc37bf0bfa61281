import type { User } from '../../../kube/client/client.ts';
import { nodeOf } from '../../../kube/client/nodeuser.ts';
import type { KubeObject } from '../../../kube/values/types.ts';
import type { Attributes, Authorization, Decision, RulesFound } from '../authorization.ts';
import { nodeOpinion, type Referring } from './nodeauthorizer.ts';
import { ALLOW, NO_OPINION, type Opinion } from './opinion.ts';
import { createEscalationCheck } from './rbac/escalation.ts';
import { createRbacIndex, type Key, RBAC_PLURALS, type RbacIndex, type RbacPlural } from './rbac/index.ts';
import { rbacOpinion, rbacRules } from './rbac/rbac.ts';
import { isScoped, scopedHolds, scopedOpinion } from './scoped.ts';
import { isWorker, workerOpinion } from './workers.ts';

export const ADMINS = 'system:masters';

const isAdmin = ({ groups }: User): boolean => groups.includes(ADMINS);

/** Decides without waiting. */
interface LocalAuthorization extends Authorization {
  readonly authorize: (user: User, attributes: Attributes) => Decision;
}

/**
 * Who may do what on this server, and the one place that decides it for every face: administrators everything, a node what its agent
 * needs, a worker of this process what its rules say, an environment what is inside its fence; and everybody what roles give them
 * (`k8s.io/apiserver/pkg/authorization/union`: the first that allows or forbids has the last word).
 */
export function createAuthorization(
  referring: Referring,
  index: RbacIndex = createRbacIndex(),
): LocalAuthorization {
  const chain: readonly ((user: User, attributes: Attributes) => Opinion)[] = [
    (user) => (isAdmin(user) ? ALLOW : NO_OPINION),
    (user, attributes) => nodeOpinion(referring, user, attributes),
    workerOpinion,
    scopedOpinion,
    (user, attributes) => rbacOpinion(index, user, attributes),
  ];
  const authorize = (user: User, attributes: Attributes) => decide(chain, user, attributes);
  return {
    authorize,
    rulesFor: (user, namespace) => rulesFor(index, user, namespace),
    assertMayGrant: createEscalationCheck({ index, authorize, isPrivileged: isAdmin, holds: scopedHolds }),
    policies: RBAC_PLURALS.map((plural) => ({
      group: 'rbac.authorization.k8s.io',
      plural,
      observe: (key: Key, object: KubeObject | undefined) =>
        index.set(plural satisfies RbacPlural, key, object),
    })),
  };
}

function decide(
  chain: readonly ((user: User, attributes: Attributes) => Opinion)[],
  user: User,
  attributes: Attributes,
): Decision {
  const reasons: string[] = [];
  for (const opinionOf of chain) {
    const { type, reason } = opinionOf(user, attributes);
    if (type === 'allow') return { allowed: true, ...(reason ? { reason } : {}) };
    if (type === 'deny') return { allowed: false, reason: reason ?? '' };
    if (reason) reasons.push(reason);
  }
  return { allowed: false, reason: reasons.join('\n') };
}

/** What is decided otherwise than by roles has no list of rules, and says so. */
function rulesFor(index: RbacIndex, user: User, namespace: string): RulesFound {
  const { rules, error } = rbacRules(index, user, namespace);
  const unlisted = nodeOf(user)
    ? 'node authorizer does not support user rule resolution'
    : isWorker(user) || isScoped(user)
      ? `what else ${user.name} may do is not held by roles`
      : undefined;
  const errors = [error, unlisted].filter((one) => one !== undefined);
  return {
    rules,
    incomplete: unlisted !== undefined,
    ...(errors.length > 0 ? { error: errors.join(', ') } : {}),
  };
}
