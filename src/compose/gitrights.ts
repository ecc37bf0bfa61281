/** Who may do what with a hosted repository: asked of the same access as every other face. */
import type { Problem } from '../base/errors.ts';
import type { GitHostOptions } from '../git/host/host.ts';
import type { HostedRepositories } from '../git/host/hosted.ts';
import { createGrant } from '../identity/roles.ts';
import type { KubeClient } from '../kube/client/client.ts';
import type { Access } from '../model/access.ts';
import type { Environment } from '../model/types.ts';
import { isAdministrator, type User } from '../model/user.ts';
import { environmentsOf, refuseRewrite } from '../sync/intake/branchpolicy.ts';

export interface GitRightsParts {
  readonly hosted: HostedRepositories;
  readonly home: KubeClient;
  readonly identity: KubeClient;
  readonly access: Access;
}

export interface GitRights extends Required<Pick<GitHostOptions<User>, 'admits' | 'policy'>> {
  /** To be called when a push has moved refs: who made the delivery administers it. */
  pushed(repository: string): Promise<void>;
}

export function createGitRights({ hosted, home, identity, access }: GitRightsParts): GitRights {
  /** Those whose push into a repository that was empty is under way. */
  const makers = new Map<string, User>();

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

  /** Into some branch at least; which one it is comes with the push. */
  const mayPushAtAll = async (user: User, delivery: string): Promise<Problem | undefined> => {
    const refused = await access.refusal(user, { on: 'delivery', verb: 'push', delivery });
    if (!refused) return undefined;
    for (const one of await environmentsOf(home, delivery)) {
      if ((await mayPushTo(user, delivery, [one])) === undefined) return undefined;
    }
    return refused;
  };

  return {
    admits: async (user, { repository: delivery, service, exists }) => {
      if (service === 'git-upload-pack')
        return access.refusal(user, { on: 'delivery', verb: 'pull', delivery });
      return exists
        ? mayPushAtAll(user, delivery)
        : access.refusal(user, { on: 'delivery', verb: 'init', delivery });
    },

    async policy(delivery, ref, { descends, principal: user }) {
      const isRewritten = !descends && ref.to !== null;
      if (isAdministrator(user) && !isRewritten) return undefined;
      const environments = await environmentsOf(home, delivery, ref.branch);
      const repository = await hosted.find(delivery);
      const isNew = Object.keys((await repository?.branches()) ?? {}).length === 0;
      // The right to make the repository covers what it begins with.
      const refused =
        isNew && environments.length === 0
          ? await access.refusal(user, { on: 'delivery', verb: 'init', delivery })
          : await mayPushTo(user, delivery, environments);
      if (refused) return refused;
      if (isNew) makers.set(delivery, user);
      return isRewritten ? refuseRewrite(environments, ref.branch) : undefined;
    },

    async pushed(delivery) {
      const maker = makers.get(delivery);
      makers.delete(delivery);
      if (!maker?.verified) return;
      if ((await access.refusal(maker, { on: 'delivery', verb: 'grant', delivery })) === undefined) return;
      const subjects = [{ kind: 'User' as const, name: maker.owner ?? maker.name }];
      await createGrant(identity, { role: 'admin', subjects, deliveries: [delivery] });
    },
  };
}
