/** Who may do what with a hosted repository: asked of the same access as every other face. */
import type { Problem } from '../base/errors.ts';
import type { GitHostOptions } from '../git/host/host.ts';
import type { PushFacts } from '../git/host/receive-pack.ts';
import type { PushedRef } from '../git/types.ts';
import { createGrant } from '../identity/roles.ts';
import type { KubeClient } from '../kube/client/client.ts';
import { notFoundAsUndefined } from '../kube/values/status.ts';
import type { Access } from '../model/access.ts';
import { DELIVERIES, type Environment, PILOTAGE_NAMESPACE } from '../model/types.ts';
import { isAdministrator, type User } from '../model/user.ts';
import type { Landing } from '../promotion/permit/required.ts';
import { lastingEnvironmentsOf, refuseOtherHistory, refuseRewrite } from '../sync/intake/branchpolicy.ts';

export interface GitRightsParts {
  readonly home: KubeClient;
  readonly identity: KubeClient;
  readonly access: Access;
  /** Why a push may not move a branch there, whoever pushes; nothing is asked of the home where no environment of the branch demands promotion. */
  readonly refuseUnpromoted: (
    delivery: string,
    branch: string,
    landing: Landing,
  ) => Promise<Problem | undefined>;
}

export interface GitRights extends Required<Pick<GitHostOptions<User>, 'admits' | 'policy'>> {
  /** To be called when a push of this user has moved refs: who made the delivery administers it. */
  pushed(repository: string, user: User): Promise<void>;
}

export function createGitRights(parts: GitRightsParts): GitRights {
  const { home, identity, access } = parts;
  /** Those whose request makes a delivery: each request has a user object of its own, so that nothing of one that fails is left. */
  const makers = new WeakSet<User>();

  /** Nobody has a delivery of this name: neither a push made it, nor `pilotage connect`, nor is anything left of one. */
  const isUnclaimed = async (delivery: string): Promise<boolean> =>
    (await lastingEnvironmentsOf(home, delivery)).length === 0 &&
    (await home
      .get(DELIVERIES, { namespace: PILOTAGE_NAMESPACE, name: delivery })
      .catch(notFoundAsUndefined)) === undefined;

  const mayPushTo = async (
    user: User,
    delivery: string,
    environments: readonly Environment[],
  ): Promise<Problem | undefined> => {
    if (environments.length === 0) return access.refusal(user, { on: 'delivery', verb: 'push', delivery });
    for (const { spec } of environments) {
      const { environment } = spec;
      const problem = await access.refusal(user, { on: 'environment', verb: 'push', delivery, environment });
      if (problem) return problem;
    }
    return undefined;
  };

  const mayMove = async (
    delivery: string,
    { branch }: PushedRef,
    { isFirst, principal: user }: PushFacts<User>,
  ): Promise<Problem | undefined> => {
    if (isAdministrator(user)) return undefined;
    const isMade = isFirst && (await isUnclaimed(delivery));
    // The right to make the repository covers what it begins with.
    const refused = isMade
      ? await access.refusal(user, { on: 'delivery', verb: 'init', delivery })
      : await mayPushTo(user, delivery, await lastingEnvironmentsOf(home, delivery, branch));
    if (isMade && !refused) makers.add(user);
    return refused;
  };

  /** Of administrators too. */
  const keepsHistory = async (
    delivery: string,
    { branch, from, to }: PushedRef,
    { descends, pushed }: PushFacts<User>,
  ): Promise<Problem | undefined> => {
    if (to === null || (from !== null && descends)) return undefined;
    const environments = await lastingEnvironmentsOf(home, delivery, branch);
    return from === null ? refuseOtherHistory(environments, pushed, to) : refuseRewrite(environments, branch);
  };

  /** Into some branch at least; which one it is comes with the push. */
  const mayPushAtAll = async (user: User, delivery: string): Promise<Problem | undefined> => {
    const refused = await access.refusal(user, { on: 'delivery', verb: 'push', delivery });
    if (!refused) return undefined;
    for (const one of await lastingEnvironmentsOf(home, delivery)) {
      if ((await mayPushTo(user, delivery, [one])) === undefined) return undefined;
    }
    return refused;
  };

  return {
    admits: async (user, { repository: delivery, service, exists }) => {
      if (service === 'git-upload-pack')
        return access.refusal(user, { on: 'delivery', verb: 'pull', delivery });
      return exists || !(await isUnclaimed(delivery))
        ? mayPushAtAll(user, delivery)
        : access.refusal(user, { on: 'delivery', verb: 'init', delivery });
    },

    policy: async (delivery, ref, facts) =>
      (await mayMove(delivery, ref, facts)) ??
      (await keepsHistory(delivery, ref, facts)) ??
      parts.refuseUnpromoted(delivery, ref.branch, { to: ref.to, pushed: facts.pushed }),

    async pushed(delivery, user) {
      if (!makers.has(user) || !user.verified) return;
      if ((await access.refusal(user, { on: 'delivery', verb: 'grant', delivery })) === undefined) return;
      const subjects = [{ kind: 'User' as const, name: user.owner ?? user.name }];
      await createGrant(identity, { role: 'admin', subjects, deliveries: [delivery] });
    },
  };
}
