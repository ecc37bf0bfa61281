/** Sign-ins of browsers: tokens that end by themselves when nobody uses them, and with the password that began them. */
import type { OpenedSession } from '../model/identityfaces.ts';
import type { User } from '../model/user.ts';
import type { IdentityParts } from './parts.ts';
import { createToken, dropExpired, freshName } from './tokens.ts';
import { findUser, isLocal } from './users.ts';

const HOUR = 3_600_000;
const LONGEST_MS = 7 * 24 * HOUR;
/** Who is gone at the provider that vouched is gone here within half a day. */
const LONGEST_OUTSIDE_MS = 12 * HOUR;

/** The secret is in the answer and nowhere else. @throws ProblemError NotFound: the account is gone meanwhile */
export async function openSession(
  parts: Pick<IdentityParts, 'home' | 'clock'>,
  { name: owner }: Pick<User, 'name'>,
): Promise<OpenedSession> {
  await dropExpired(parts, owner);
  const account = await findUser(parts.home, owner);
  const lasts = account && isLocal(account) ? LONGEST_MS : LONGEST_OUTSIDE_MS;
  const request = { owner, name: freshName('session'), expiresAt: parts.clock.now() + lasts };
  const { token } = await createToken(parts, { ...request, type: 'session' }, owner);
  return { user: owner, secret: token, seconds: lasts / 1000 };
}
