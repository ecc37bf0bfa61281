/** What the faces can ask about roles and who has them, each with its own "may I?". */
import { type Problem, ProblemError } from '../base/errors.ts';
import type { Access } from '../model/access.ts';
import type { GrantReport } from '../model/identityfaces.ts';
import type { User } from '../model/user.ts';
import { assertWhole } from './limited.ts';
import type { IdentityParts } from './parts.ts';
import { grantReport, roleReport } from './reports.ts';
import { createGrant, deleteGrant, findGrant, listGrants, listRoles, unknownGrant } from './roles.ts';

interface NewGrant {
  readonly role: string;
  readonly users: readonly string[];
  readonly groups: readonly string[];
  readonly deliveries?: readonly string[];
  readonly environments?: readonly string[];
}

export function createGrantActions({
  home,
  logger,
  access,
}: Pick<IdentityParts, 'home' | 'logger'> & { readonly access: Access }) {
  const assertMayGrant = async (
    user: User,
    deliveries: readonly string[] | undefined,
    verb: 'create' | 'delete',
  ) => {
    assertWhole(user);
    if ((await access.refusal(user, { on: 'rolegrants', verb })) === undefined) return;
    if (deliveries === undefined || deliveries.length === 0) throw new ProblemError(grantsAll(user));
    for (const delivery of deliveries) await access.assert(user, { on: 'delivery', verb: 'grant', delivery });
  };

  return {
    listRoles: async (_: User) => (await listRoles(home)).map(roleReport),

    async listGrants(user: User): Promise<readonly GrantReport[]> {
      const all = (await access.refusal(user, { on: 'rolegrants', verb: 'list' })) === undefined;
      const grants = await listGrants(home);
      return grants.filter(({ spec }) => all || isAbout(spec.subjects, user)).map(grantReport);
    },

    /** For everything by administrators; in a delivery by those who have it to grant. */
    async grant(user: User, { role, users, groups, deliveries, environments }: NewGrant) {
      await assertMayGrant(user, deliveries, 'create');
      const subjects = [
        ...users.map((name) => ({ kind: 'User' as const, name })),
        ...groups.map((name) => ({ kind: 'Group' as const, name })),
      ];
      const where = { ...(deliveries ? { deliveries } : {}), ...(environments ? { environments } : {}) };
      const grant = await createGrant(home, { role, subjects, ...where });
      logger.info({ grant: grant.metadata.name, role, by: user.name }, 'a role was granted');
      return grantReport(grant);
    },

    async revokeGrant(user: User, name: string) {
      const grant = await findGrant(home, name);
      await assertMayGrant(user, grant?.spec.deliveries, 'delete');
      if (!grant) throw new ProblemError(unknownGrant(name));
      await deleteGrant(home, name);
      logger.info({ grant: name, by: user.name }, 'a role was taken away');
      return { message: `The grant ${name} is taken away.` };
    },
  };
}

/** Whether a grant is to this user, by name or by a group. */
export const isAbout = (subjects: readonly { kind: string; name: string }[], user: User): boolean =>
  subjects.some(({ kind, name }) =>
    kind === 'User' ? name === (user.owner ?? user.name) : user.groups.includes(name),
  );

const grantsAll = ({ name }: User): Problem => ({
  reason: 'Forbidden',
  message: `${name} may not grant roles for all deliveries.`,
  remedy: 'Name deliveries that you administer: --delivery NAME.',
});
