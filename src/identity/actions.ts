/** What the faces can ask about users and their rights, each with its own "may I?". */
import { type Problem, ProblemError } from '../base/errors.ts';
import type { Access } from '../model/access.ts';
import type {
  ClusterAddress,
  LoggedIn,
  OpenedSession,
  PasswordSet,
  Verdict,
  WhoAmI,
} from '../model/identityfaces.ts';
import type { UserObject } from '../model/types.ts';
import type { User } from '../model/user.ts';
import { createBootstrapActions } from './bootstrap.ts';
import { questionOf } from './can.ts';
import { createGrantActions, isAbout } from './grantactions.ts';
import { assertWhole } from './limited.ts';
import { loginToken } from './logintoken.ts';
import type { IdentityParts } from './parts.ts';
import { grantReport, tokenReport, userReport } from './reports.ts';
import { listGrants } from './roles.ts';
import { openSession } from './sessions.ts';
import type { SignIn } from './signin.ts';
import { endSignIns, passwordSet } from './signinends.ts';
import {
  createToken,
  findToken,
  listTokens,
  revokeToken,
  type TokenRequest,
  unknownToken,
} from './tokens.ts';
import {
  changeUser,
  createUser,
  deleteUser,
  isLocal,
  listUsers,
  passwordHash,
  setPassword,
  type UserSpec,
} from './users.ts';

export interface IdentityActionsOptions extends IdentityParts {
  readonly access: Access;
  readonly signIn: SignIn;
  /** Where kubectl finds the built-in cluster; absent: the home is another one. */
  readonly cluster?: ClusterAddress;
}

interface NewToken extends Omit<TokenRequest, 'owner' | 'type' | 'expiresAt'> {
  readonly owner?: string;
  readonly robot: boolean;
  readonly seconds?: number;
}

export function createIdentityActions(options: IdentityActionsOptions) {
  const { home, clock, logger, access, signIn } = options;

  /** Of one's own, or with the right to manage those of all. */
  const assertOwn = async (user: User, owner: string, verb: 'create' | 'delete'): Promise<void> => {
    assertWhole(user);
    if (user.verified && user.name === owner) return;
    await access.assert(user, { on: 'tokens', verb });
  };

  /** A sign-in that was under way while the password was changed came by the one of before, and was not there to be ended. */
  const entered = async <T>(
    name: string,
    password: string,
    enter: (user: User) => Promise<T>,
  ): Promise<T> => {
    const before = await passwordHash(home, name);
    const user = await signIn(name, password);
    const made = await enter(user);
    if ((await passwordHash(home, name)) === before) return made;
    await endSignIns(home, user.name);
    throw new ProblemError(CHANGED_MEANWHILE);
  };

  return {
    /** A token for this user that lasts half a day. */
    logIn: (name: string, password: string): Promise<LoggedIn> =>
      entered(name, password, (user) => loginToken(options, user)),

    /** For a browser, which keeps its secret in a cookie. */
    openSession: (name: string, password: string): Promise<OpenedSession> =>
      entered(name, password, (user) => openSession(options, user)),

    async logOut({ name, token }: User) {
      if (token === undefined) return { message: 'Nothing to end: the token of the daemon stays.' };
      await revokeToken(home, token);
      return { message: `${name} is signed out.` };
    },

    async whoAmI(user: User): Promise<WhoAmI> {
      const { name, groups, verified, owner, aliases = [] } = user;
      const emails = aliases.filter((alias) => alias.includes('@'));
      const displayName = aliases.find((alias) => !alias.includes('@'));
      const grants = (await listGrants(home)).filter(({ spec }) => isAbout(spec.subjects, user));
      return {
        name,
        groups,
        verified,
        ...(displayName ? { displayName } : {}),
        ...(emails.length > 0 ? { emails } : {}),
        ...(owner ? { owner } : {}),
        grants: grants.map(grantReport),
      };
    },

    async can(user: User, verb: string, delivery?: string, environment?: string): Promise<Verdict> {
      const problem = await access.refusal(user, questionOf(verb, delivery, environment));
      if (!problem) return { allowed: true };
      const { message: reason, remedy } = problem;
      return { allowed: false, reason, ...(remedy ? { remedy } : {}) };
    },

    async listUsers(user: User) {
      await access.assert(user, { on: 'users', verb: 'list' });
      return (await listUsers(home)).map(userReport);
    },

    async createUser(user: User, name: string, spec: UserSpec, password?: string) {
      await access.assert(user, { on: 'users', verb: 'create' });
      const created = await createUser(home, name, spec);
      try {
        if (password !== undefined) await setPassword(options, name, password);
      } catch (error) {
        // An account without the password that was asked for would be neither there nor not.
        await deleteUser(home, name);
        throw error;
      }
      logger.info({ user: name, by: user.name }, 'a user was made');
      return userReport(created);
    },

    async changeUser(user: User, name: string, change: Partial<UserSpec>) {
      await access.assert(user, { on: 'users', verb: 'update' });
      logger.info({ user: name, by: user.name, fields: Object.keys(change) }, 'a user was changed');
      const changed = await changeUser(home, name, change);
      // Who is let in again signs in again.
      if (change.disabled) await endSignIns(home, name);
      return userReport(changed);
    },

    async deleteUser(user: User, name: string) {
      await access.assert(user, { on: 'users', verb: 'delete' });
      await deleteUser(home, name);
      for (const { metadata } of await listTokens(home, name)) await revokeToken(home, metadata.name ?? '');
      logger.info({ user: name, by: user.name }, 'a user was deleted');
      return { message: `The user ${name} is gone, with all its tokens.` };
    },

    /** One's own with the present one; another's with the right to change users. */
    async setPassword(user: User, name: string, password: string, current?: string): Promise<PasswordSet> {
      assertWhole(user);
      const isOwn = user.verified && user.name === name;
      if (isOwn && current !== undefined) await signIn(name, current);
      else await access.assert(user, { on: 'users', verb: 'update' });
      const account = await changeUser(home, name, {});
      if (!isLocal(account)) throw new ProblemError(passwordElsewhere(account));
      await setPassword(options, name, password);
      const ends = await endSignIns(home, name);
      logger.info({ user: name, by: user.name, endedSignIns: ends.endedSignIns }, 'a password was set');
      return passwordSet(name, ends);
    },

    async listTokens(user: User) {
      const all = (await access.refusal(user, { on: 'tokens', verb: 'list' })) === undefined;
      return (await listTokens(home, all ? undefined : (user.owner ?? user.name))).map(tokenReport);
    },

    async createToken(user: User, { robot, seconds, owner = user.name, ...request }: NewToken) {
      await assertOwn(user, owner, 'create');
      const expires = seconds === undefined ? {} : { expiresAt: clock.now() + seconds * 1000 };
      const type = robot ? 'robot' : 'personal';
      const { token, object } = await createToken(
        options,
        { ...request, owner, type, ...expires },
        user.name,
      );
      logger.info({ token: object.metadata.name, by: user.name }, 'a token was made');
      return { ...tokenReport(object), token };
    },

    async revokeToken(user: User, id: string) {
      const object = await findToken(home, id);
      // To others, a token that is not theirs is one that is not there.
      if (object?.spec.owner !== user.name) await access.assert(user, { on: 'tokens', verb: 'delete' });
      if (!object) throw new ProblemError(unknownToken(id));
      await revokeToken(home, id);
      logger.info({ token: id, by: user.name }, 'a token was revoked');
      return { message: `The token ${id} is revoked.` };
    },

    ...createGrantActions(options),

    ...createBootstrapActions(options),

    async cluster(_: User): Promise<ClusterAddress> {
      if (options.cluster) return options.cluster;
      throw new ProblemError(ELSEWHERE);
    },
  };
}

const passwordElsewhere = ({ metadata: { name }, spec }: UserObject): Problem => ({
  reason: 'BadRequest',
  message: `${name} is vouched for by ${spec.provider}, which keeps the password.`,
  remedy: 'Change it there.',
});

const CHANGED_MEANWHILE: Problem = {
  reason: 'Unauthorized',
  message: 'The password was changed during the sign-in.',
  remedy: 'Sign in again, with the new one.',
};

const ELSEWHERE: Problem = {
  reason: 'HomeElsewhere',
  message: 'The home of this Pilotage is another cluster, which has users of its own.',
  remedy: 'Ask that cluster for a kubeconfig.',
};
