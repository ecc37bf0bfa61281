import { rfc3339 } from '../base/clock.ts';
import { type Problem, ProblemError, problemOf } from '../base/errors.ts';
import { Mutex } from '../base/mutex.ts';
import { updateObject } from '../kube/client/update.ts';
import { PILOTAGE_NAMESPACE, USERS } from '../model/types.ts';
import type { User } from '../model/user.ts';
import { createLockout } from './lockout.ts';
import type { IdentityParts } from './parts.ts';
import { isPassword, LONGEST_PASSWORD } from './passwords.ts';
import { findUser, passwordHash, userOf } from './users.ts';

/** A way to prove who one is by name and password. undefined: it does not know them, or the password is another. */
export interface PasswordProvider {
  /** As `spec.provider` of a User names it. */
  readonly name: string;
  signIn(name: string, password: string): Promise<User | undefined>;
}

/** @throws ProblemError Unauthorized, in the same words whatever was wrong; LockedOut; Unavailable */
export type SignIn = (name: string, password: string) => Promise<User>;

/** Guesses that wait for one another; each takes 32 MiB and a tenth of a second. */
const MOST_WAITING = 20;

/** Providers are asked in their order; a name that failed too often waits, whoever has it, and whether anybody does. */
export function createSignIn(parts: IdentityParts, providers: readonly PasswordProvider[]): SignIn {
  const { home, clock, logger } = parts;
  const lockout = createLockout(clock);
  const one = new Mutex();
  let waiting = 0;

  const check = async (name: string, password: string): Promise<User | undefined> => {
    for (const provider of providers) {
      const user = await provider.signIn(name, password);
      if (user) return user;
    }
    return undefined;
  };

  const attempt = async (name: string, password: string): Promise<User> => {
    const waitMs = lockout.waitMs(name);
    if (waitMs > 0) throw new ProblemError(lockedOut(waitMs));
    const user = await check(name, password);
    if (!user) {
      lockout.failed(name);
      logger.info({ name: name.slice(0, 64) }, 'a sign-in failed');
      throw new ProblemError(WRONG);
    }
    lockout.succeeded(name);
    await recordSignIn(parts, user.name).catch((error: unknown) =>
      logger.debug({ name, problem: problemOf(error) }, 'cannot record a sign-in'),
    );
    return user;
  };

  const recordSignIn = ({ clock }: IdentityParts, name: string) =>
    updateObject({
      client: home,
      resource: USERS,
      key: { namespace: PILOTAGE_NAMESPACE, name },
      change: (current) => ({
        ...current,
        status: { ...current.status, lastSignIn: rfc3339(clock.now()) },
      }),
      subresource: 'status',
    });

  return async (name, password) => {
    if (name.length > 256 || password.length > LONGEST_PASSWORD) throw new ProblemError(WRONG);
    if (waiting >= MOST_WAITING) throw new ProblemError(BUSY);
    waiting += 1;
    try {
      return await one.run(() => attempt(name, password));
    } finally {
      waiting -= 1;
    }
  };
}

/** Passwords that are kept here. */
export const localProvider = ({
  home,
  passwordCost,
}: Pick<IdentityParts, 'home' | 'passwordCost'>): PasswordProvider => ({
  name: 'local',
  async signIn(name, password) {
    const [account, hash] = await Promise.all([findUser(home, name), passwordHash(home, name)]);
    const matches = await isPassword(password, hash, passwordCost);
    return matches && account && !account.spec.disabled ? userOf(account) : undefined;
  },
});

/** One text for a name that nobody has, a wrong password, and an account that is disabled. */
const WRONG: Problem = {
  reason: 'Unauthorized',
  message: 'The name or the password is wrong, or the account is disabled.',
};

const BUSY: Problem = {
  reason: 'Unavailable',
  message: 'Too many sign-ins at the same time.',
  remedy: 'Try again in a few seconds.',
};

const lockedOut = (waitMs: number): Problem => ({
  reason: 'LockedOut',
  message: `Too many failed sign-ins under this name: try again in ${Math.ceil(waitMs / 1000)} s.`,
});
