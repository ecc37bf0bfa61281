import { rfc3339 } from '../base/clock.ts';
import type { LoggedIn } from '../model/identityfaces.ts';
import type { User } from '../model/user.ts';
import type { IdentityParts } from './parts.ts';
import { createToken, dropExpired, freshName } from './tokens.ts';

/** How long the token of `pilotage login` lasts: by then, who has left the provider that vouched for them is out here as well. */
const LOGIN_MS = 12 * 3_600_000;

/** For somebody who has signed in, whichever way. */
export async function loginToken(
  parts: Pick<IdentityParts, 'home' | 'clock'>,
  { name: owner }: Pick<User, 'name'>,
): Promise<LoggedIn> {
  await dropExpired(parts, owner);
  const expiresAt = parts.clock.now() + LOGIN_MS;
  const request = { owner, name: freshName('login'), expiresAt };
  const { token } = await createToken(parts, { ...request, type: 'login' }, owner);
  return { user: owner, token, expiresAt: rfc3339(expiresAt) };
}
