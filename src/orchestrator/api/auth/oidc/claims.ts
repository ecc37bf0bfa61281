import type { User } from '../../../../kube/client/client.ts';
import type { JsonObject } from '../../../../kube/values/types.ts';
import type { TokenAnswer } from '../authenticator.ts';
import { audiencesOf, timeFault } from '../jwt.ts';
import type { OidcOptions } from './options.ts';

/** Names and groups of the cluster itself: no issuer elsewhere gives them. */
const RESERVED = 'system:';

/** Whom the claims of an ID token with a true signature sign in (apiserver `plugin/pkg/authenticator/token/oidc`). */
export function userOf(claims: JsonObject, options: OidcOptions, now: number): TokenAnswer {
  const late = timeFault(claims, now);
  if (late) return refused(`oidc: the token is ${late}`);
  if (claims.exp === undefined) return refused('oidc: the token has no end');
  if (!audiencesOf(claims).includes(options.clientId)) {
    return refused(
      `oidc: expected audience "${options.clientId}" got ${JSON.stringify(audiencesOf(claims))}`,
    );
  }
  for (const [name, value] of Object.entries(options.requiredClaims)) {
    if (claims[name] === undefined) return refused(`oidc: required claim ${name} not present in ID token`);
    if (claims[name] !== value) return refused(`oidc: required claim ${name} value does not match`);
  }
  const name = claims[options.usernameClaim];
  if (typeof name !== 'string' || name === '') {
    return refused(`oidc: could not find claim "${options.usernameClaim}" as a string`);
  }
  // Some issuers write it as text, and "false" is not true.
  const { email_verified: verified } = claims;
  if (options.usernameClaim === 'email' && verified !== undefined && verified !== true) {
    return refused('oidc: email not verified');
  }
  const user: User = { name: options.usernamePrefix + name, groups: groupsOf(claims, options) };
  if (user.name.startsWith(RESERVED)) return refused(`oidc: the name ${user.name} is one of the cluster`);
  return { type: 'user', user };
}

const refused = (reason: string): TokenAnswer => ({ type: 'refused', reason });

function groupsOf(claims: JsonObject, { groupsClaim, groupsPrefix }: OidcOptions): readonly string[] {
  const found = groupsClaim === undefined ? undefined : claims[groupsClaim];
  const names = Array.isArray(found) ? found : [found];
  return names
    .filter((name) => typeof name === 'string')
    .map((name) => groupsPrefix + name)
    .filter((group) => !group.startsWith(RESERVED));
}
