import { rfc3339 } from '../base/clock.ts';
import { type Problem, ProblemError, problemOf } from '../base/errors.ts';
import { KeyedMutex, Mutex } from '../base/mutex.ts';
import { updateObject } from '../kube/client/update.ts';
import { PILOTAGE_NAMESPACE, USERS } from '../model/types.ts';
import type { User } from '../model/user.ts';
import { accountName } from './accountname.ts';
import { createLockouts } from './lockout.ts';
import type { IdentityParts } from './parts.ts';
import { isPassword, LONGEST_PASSWORD } from './passwords.ts';
import { findUser, isLocal, passwordHash, userOf } from './users.ts';

/**
 * A way to prove who one is by name and password. undefined: it does not know them, or the password is another. Rejects with `Unavailable`
 * where it cannot find out.
 */
export interface PasswordProvider {
  /** As `spec.provider` of a User names it. */
  readonly name: string;
  signIn(name: string, password: string): Promise<User | undefined>;
}

/** @throws ProblemError Unauthorized, in the same words whatever was wrong; LockedOut; Unavailable */
export type SignIn = (name: string, password: string) => Promise<User>;

/** How many ask one provider at the same time: whoever waits for a slow one keeps nobody from another. */
const MOST_AT_ONCE = 20;

/**
 * Providers are asked in their order; a name that failed too often at one waits there, whoever has it, and whether anybody does. Each counts for
 * itself: who knows the password of a directory that is down has guessed nothing there, however often the others have said no.
 */
export function createSignIn(
  parts: IdentityParts,
  providers: readonly PasswordProvider[],
  lockouts = createLockouts(parts),
): SignIn {
  const { logger } = parts;
  const turns = new KeyedMutex();
  const asked = providers.map((provider) => ({ ...bounded(provider), lockout: lockouts.of(provider.name) }));

  const check = async (key: string, name: string, password: string): Promise<Answer> => {
    let problem: Problem | undefined;
    let waitMs = 0;
    for (const { name: provider, signIn, lockout } of asked) {
      waitMs = Math.max(waitMs, lockout.waitMs(key));
      if (lockout.waitMs(key) > 0) continue;
      try {
        const user = await signIn(name, password);
        if (user) return { type: 'user', user };
        lockout.failed(key);
      } catch (error) {
        problem = problemOf(error);
        if (problem.reason !== 'Unavailable') throw error;
        logger.warn({ provider, problem: problem.message }, 'a provider cannot be asked');
      }
    }
    return { type: 'nobody', problem: refusalOf(problem, waitMs) };
  };

  const attempt = async (key: string, name: string, password: string): Promise<User> => {
    const answer = await check(key, name, password);
    if (answer.type === 'nobody') {
      if (answer.problem.reason !== 'LockedOut') logger.info({ name: name.slice(0, 64) }, 'a sign-in failed');
      throw new ProblemError(answer.problem);
    }
    const { user } = answer;
    for (const { lockout } of asked) lockout.succeeded(key);
    await recordSignIn(parts, user.name).catch((error: unknown) =>
      logger.debug({ name, problem: problemOf(error) }, 'cannot record a sign-in'),
    );
    return user;
  };

  return async (name, password) => {
    if (name.length > 256 || password.length > LONGEST_PASSWORD) throw new ProblemError(WRONG);
    const key = spellingOf(name);
    // One guess of a name after the other: many at once would not be counted in time.
    return turns.run(key, () => attempt(key, name, password));
  };
}

/** What a directory may take for the same name counts as one, or each spelling would have guesses of its own. */
const spellingOf = (name: string): string => accountName(name).replaceAll('-', '');

type Answer =
  | { readonly type: 'user'; readonly user: User }
  | { readonly type: 'nobody'; readonly problem: Problem };

/** The same for every name. `unavailable`: a provider that could not be asked; `waitMs`: how long one asks no more, 0 for none. */
function refusalOf(unavailable: Problem | undefined, waitMs: number): Problem {
  if (!unavailable) return waitMs > 0 ? lockedOut(waitMs) : WRONG;
  return waitMs > 0 ? { ...unavailable, details: [lockedOut(waitMs).message] } : unavailable;
}

function bounded({ name, signIn }: PasswordProvider): PasswordProvider {
  let inside = 0;
  return {
    name,
    async signIn(user, password) {
      if (inside >= MOST_AT_ONCE) throw new ProblemError(BUSY);
      inside += 1;
      try {
        return await signIn(user, password);
      } finally {
        inside -= 1;
      }
    },
  };
}

/** When somebody signed in last, in the status of the account. */
export async function recordSignIn(
  { home, clock }: Pick<IdentityParts, 'home' | 'clock'>,
  name: string,
): Promise<void> {
  await updateObject({
    client: home,
    resource: USERS,
    key: { namespace: PILOTAGE_NAMESPACE, name },
    change: (current) => ({ ...current, status: { ...current.status, lastSignIn: rfc3339(clock.now()) } }),
    subresource: 'status',
  });
}

/** Passwords that are kept here, of accounts for which nobody else vouches. Each guess takes 32 MiB and a tenth of a second: one at a time. */
export function localProvider({
  home,
  passwordCost,
}: Pick<IdentityParts, 'home' | 'passwordCost'>): PasswordProvider {
  const one = new Mutex();
  return {
    name: 'local',
    signIn: (name, password) =>
      one.run(async () => {
        const [account, hash] = await Promise.all([findUser(home, name), passwordHash(home, name)]);
        const matches = await isPassword(password, hash, passwordCost);
        const isTheirs = account && isLocal(account) && !account.spec.disabled;
        return matches && isTheirs ? userOf(account) : undefined;
      }),
  };
}

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
