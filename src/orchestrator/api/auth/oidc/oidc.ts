import type { Clock } from '../../../../base/clock.ts';
import { problemOf } from '../../../../base/errors.ts';
import type { TokenAuthenticator } from '../authenticator.ts';
import { isSignedBy, readJwt } from '../jwt.ts';
import { userOf } from './claims.ts';
import { fetchJsonOver } from './fetch.ts';
import { type FetchJson, issuerKeys } from './keys.ts';
import type { OidcOptions } from './options.ts';

/** ID tokens of one OpenID Connect issuer. An issuer that cannot be asked signs nobody in whose key is not known already. */
export function oidcAuthenticator(
  options: OidcOptions,
  clock: Clock,
  fetchJson: FetchJson = fetchJsonOver(options.ca),
): TokenAuthenticator {
  const keys = issuerKeys(options.issuer, fetchJson, clock);
  return async (token) => {
    const jwt = readJwt(token);
    if (jwt?.claims.iss !== options.issuer) return undefined;
    const { kid } = jwt.header;
    try {
      const key = typeof kid === 'string' ? await keys.find(kid) : undefined;
      if (!key) return { type: 'refused', reason: 'oidc: the issuer has no key of that id' };
      if (!isSignedBy(jwt, key)) return { type: 'refused', reason: 'oidc: the signature is wrong' };
    } catch (error) {
      return { type: 'refused', reason: `oidc: the issuer cannot be asked: ${problemOf(error).message}` };
    }
    return userOf(jwt.claims, options, clock.now());
  };
}
